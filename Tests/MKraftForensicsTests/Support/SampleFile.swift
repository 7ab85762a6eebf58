import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage

/// A small data file in memory with a log of a few entries, made by hand, so that every structure of it can be made wrong.
final class SampleFile {
  static let cluster: UInt128 = 0xC1
  static let head: UInt64 = 12
  static let geometry = Geometry(slotCount: 64, messageSize: 8192, sessions: 4)

  let storage: MemoryStorage
  let geometry: Geometry
  /// The superblock of the format, then the one of the first start.
  private(set) var history: [Superblock]
  private(set) var entries: [PrepareHeader]
  var options = Verification.Options()

  var superblock: Superblock { history[history.count - 1] }

  /// - Parameter start: whether a replica has taken a term and written the entries up to `head`.
  init(_ geometry: Geometry = SampleFile.geometry, replicaCount: Int = 1, start: Bool = true) throws {
    let plan = FormatPlan(cluster: SampleFile.cluster, replicaCount: replicaCount, geometry: geometry, fileID: 7)
    storage = MemoryStorage()
    self.geometry = geometry
    history = [try DataFileFormatter.format(plan, onto: storage)]
    entries = [PrepareHeader.root(cluster: SampleFile.cluster)]
    guard start else { return }
    update { superblock in
      superblock.term = 1
      superblock.logTerm = 1
      superblock.votedFor = superblock.member
      superblock.isVirgin = false
    }
    for op in 1...SampleFile.head { append(bodySize: Int(op) * 300) }
  }

  init(copying other: SampleFile) {
    storage = other.storage.snapshot()
    geometry = other.geometry
    history = other.history
    entries = other.entries
    options = other.options
  }

  func verify() -> VerificationReport { Verification.run(storage, options) }

  // MARK: Superblock

  /// The next update, in all copies.
  func update(_ change: (inout Superblock) -> Void) {
    let next = successor(of: superblock, change)
    history.append(next)
    for copy in 0..<Superblock.copyCount { write(next, copy: copy) }
  }

  /// Changes the present superblock in all copies, as if it had always been so.
  func rewrite(_ change: (inout Superblock) -> Void) {
    var superblock = superblock
    change(&superblock)
    superblock.seal()
    history[history.count - 1] = superblock
    for copy in 0..<Superblock.copyCount { write(superblock, copy: copy) }
  }

  func successor(of superblock: Superblock, _ change: (inout Superblock) -> Void = { _ in }) -> Superblock {
    var next = superblock
    next.sequence += 1
    next.parent = superblock.checksum
    change(&next)
    next.seal()
    return next
  }

  func write(_ superblock: Superblock, copy: Int) {
    storage.replace(at: home(copy), with: superblock.image(copy: copy))
  }

  func home(_ copy: Int) -> UInt64 { geometry.offset(of: .superblock(copy)) }

  func range(_ copy: Int) -> Range<UInt64> { home(copy)..<home(copy) + UInt64(Superblock.byteCount) }

  // MARK: Log

  /// The entry that follows `parent`, whose body is `bodySize` bytes of its op.
  func entry(after parent: PrepareHeader, bodySize: Int, _ change: (inout PrepareHeader) -> Void = { _ in })
    -> PrepareHeader
  {
    var header = PrepareHeader()
    header.cluster = SampleFile.cluster
    header.parent = parent.checksum
    header.op = parent.op + 1
    header.term = superblock.term
    header.checkpointID = CheckpointIDs(superblock)[header.op] ?? 0
    header.timestamp = header.op * 1000
    header.operation = Operation.keyValue.rawValue
    header.size = UInt32(PrepareHeader.byteCount + bodySize)
    change(&header)
    let body = [UInt8](repeating: UInt8(truncatingIfNeeded: header.op), count: bodySize)
    header.bodyChecksum = Checksum.of(body.rawSpan, as: .prepareBody)
    header.seal()
    return header
  }

  @discardableResult
  func append(bodySize: Int) -> PrepareHeader {
    let header = entry(after: entries[entries.count - 1], bodySize: bodySize)
    entries.append(header)
    writePrepare(header)
    writeHeader(header, slot: geometry.slot(of: header.op))
    return header
  }

  /// Writes the header with the body that `entry` gives it.
  func writePrepare(_ header: PrepareHeader) {
    let buffer = IOBuffer(byteCount: geometry.bytesOnDisk(size: Int(header.size)))
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    let body = [UInt8](repeating: UInt8(truncatingIfNeeded: header.op), count: header.bodyByteCount)
    buffer.copy(from: body.span, at: PrepareHeader.byteCount)
    storage.replace(at: geometry.prepareOffset(slot: geometry.slot(of: header.op)), with: buffer)
  }

  func writeHeader(_ header: PrepareHeader, slot: Int) {
    let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    storage.replace(at: geometry.headerOffset(slot: slot), with: buffer)
  }

  func headerRange(_ slot: Int) -> Range<UInt64> {
    let start = geometry.headerOffset(slot: slot)
    return start..<start + UInt64(PrepareHeader.byteCount)
  }

  /// The first bytes of a slot of the prepare ring.
  func prepareRange(_ slot: Int, count: Int = 4096) -> Range<UInt64> {
    let start = geometry.prepareOffset(slot: slot)
    return start..<start + UInt64(count)
  }

  // MARK: Damage

  func garbage(_ range: Range<UInt64>) {
    var generator = SplitMix64(seed: range.lowerBound)
    storage.garbage(range, using: &generator)
  }

  func garbageBoth(_ slot: Int) {
    garbage(headerRange(slot))
    garbage(prepareRange(slot))
  }
}
