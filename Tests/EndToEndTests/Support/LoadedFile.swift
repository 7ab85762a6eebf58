import MKraftFormat
import MKraftStorage
import SystemPackage

/// A file in a directory of the test's own, which goes with it.
struct SavedFile {
  let directory: TemporaryDirectory
  let path: FilePath
}

/// A data file with a small log, made byte by byte from fixed values, so that what is said of it can be written down.
struct LoadedFile {
  static let cluster: UInt128 = 0xC1
  static let client: UInt128 = 0xC11E47 << 104

  let geometry = Geometry(slotCount: 64, messageSize: 8192, sessions: 2)
  let storage = MemoryStorage()
  private(set) var superblock: Superblock
  private(set) var entries: [PrepareHeader]

  /// A freshly formatted file after its first start, with a no-op, a session, and the batches of `bodies`.
  init(_ bodies: [[UInt8]] = []) throws {
    let plan = FormatPlan(cluster: Self.cluster, geometry: geometry, fileID: 7)
    superblock = try DataFileFormatter.format(plan, onto: storage)
    entries = [PrepareHeader.root(cluster: Self.cluster)]
    superblock.parent = superblock.checksum
    superblock.sequence = 2
    superblock.term = 1
    superblock.logTerm = 1
    superblock.votedFor = superblock.member
    superblock.isVirgin = false
    superblock.seal()
    storage.put(superblock)
    append(.noop)
    append(.register)
    for body in bodies { append(.keyValue, body) }
  }

  /// Writes what the device holds to a file of the directory.
  func save(in directory: TemporaryDirectory, as name: String) throws -> FilePath {
    try directory.file(name, holding: storage)
  }

  func home(_ copy: Int) -> UInt64 { geometry.offset(of: .superblock(copy)) }

  private mutating func append(_ operation: Operation, _ body: [UInt8] = []) {
    let parent = entries[entries.count - 1]
    var header = PrepareHeader()
    header.cluster = Self.cluster
    header.parent = parent.checksum
    header.op = parent.op + 1
    header.commit = parent.op
    header.term = 1
    header.release = FormatVersion.release
    header.timestamp = 1_700_000_000_000_000_000 + header.op
    header.operation = operation.rawValue
    header.size = UInt32(PrepareHeader.byteCount + body.count)
    header.bodyChecksum = Checksum.of(body.rawSpan, as: .prepareBody)
    if operation != .noop { header.client = Self.client }
    if operation == .keyValue { (header.session, header.request) = (2, header.op - 2) }
    header.seal()
    entries.append(header)
    let slot = geometry.slot(of: header.op)
    let buffer = IOBuffer(byteCount: geometry.bytesOnDisk(size: Int(header.size)))
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.copy(from: body.span, at: PrepareHeader.byteCount)
    storage.replace(at: geometry.prepareOffset(slot: slot), with: buffer)
    let ring = IOBuffer(byteCount: PrepareHeader.byteCount)
    var ringBytes = ring.mutableBytes
    header.encode(into: &ringBytes)
    storage.replace(at: geometry.headerOffset(slot: slot), with: ring)
  }
}
