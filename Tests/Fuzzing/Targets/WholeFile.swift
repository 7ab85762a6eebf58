import MKraftForensics
import MKraftFormat
import MKraftStorage

/// A golden file with edits: the input is a list of them, and the first byte says whether the checksums of what they touch are made
/// right again. It is verified and inspected, all in memory.
///
///     input    flags | edit | edit ...
///     edit     offset (4 bytes) | how | value ...   how: 0 to 191 one byte set; 192 to 223 so many bytes zeroed; then a range copied
struct WholeFile: Sendable {
  /// Edits taken of an input.
  static let editsMax = 16
  static let editSize = 10

  let golden: MemoryStorage
  private let superblock: Superblock?

  init(_ golden: MemoryStorage) {
    self.golden = golden
    superblock = SuperblockDecision(SuperblockSurvey.read(golden)).chosen
  }

  /// - Returns: whether nothing was found.
  func run(_ input: [UInt8]) -> Bool {
    let storage = golden.snapshot()
    var touched: [UInt64] = []
    var rest = input.dropFirst()
    while rest.count >= WholeFile.editSize, touched.count < WholeFile.editsMax {
      touched.append(edit(Array(rest.prefix(WholeFile.editSize)), storage))
      rest = rest.dropFirst(WholeFile.editSize)
    }
    if Decoders.isSealed(input), let superblock { for offset in touched { reseal(offset, storage, superblock) } }
    // Cut where the last edit is.
    if (input.first ?? 0) & 0x82 == 0x82, let end = touched.last { storage.truncate(to: end) }
    var options = Verification.Options()
    // Threads cost more than they gain on a file this small; that they share the work rightly is still worth a look.
    if (input.first ?? 0) & 0x1C != 0x1C { options.threadCount = 1 }
    let report = Verification.run(storage, options)
    precondition(report.bytes.total == storage.byteCount, "bytes checked, skipped and unreadable are all there are")
    _ = SuperblockInspection.read(storage, scanning: true)
    _ = try? LogInspection.read(storage, depth: .bodies)
    return report.findings.isEmpty
  }

  private func edit(_ bytes: [UInt8], _ storage: MemoryStorage) -> UInt64 {
    let wide: UInt32 = bytes.rawSpan.load(fromByteOffset: 0)
    let offset = UInt64(wide) % golden.byteCount
    switch bytes[4] {
    case ..<192: put([bytes[5]], storage, at: offset)
    case ..<224: storage.zero(offset..<offset + UInt64(bytes[5]) * 16)
    default:
      let from: UInt32 = bytes.rawSpan.load(fromByteOffset: 5)
      let start = UInt64(from) % golden.byteCount / 256 * 256
      storage.copy(start..<min(start + 4096, golden.byteCount), to: offset / 256 * 256)
    }
    return offset
  }

  // MARK: Checksums

  private func reseal(_ offset: UInt64, _ storage: MemoryStorage, _ superblock: Superblock) {
    let geometry = superblock.geometry
    for copy in 0..<Superblock.copyCount {
      let home = geometry.offset(of: .superblock(copy))
      guard home..<home + UInt64(Superblock.byteCount) ~= offset else { continue }
      return change(home, Superblock.byteCount, storage) { Seal.superblock(&$0) }
    }
    let slot = { (zone: Zone, size: UInt64) in Int((offset - geometry.offset(of: zone)) / size) }
    switch offset {
    case range(.walHeaders, geometry):
      let home = geometry.headerOffset(slot: slot(.walHeaders, UInt64(PrepareHeader.byteCount)))
      change(home, PrepareHeader.byteCount, storage) {
        Seal.header(&$0, at: 0, kindAt: PrepareHeader.Layout.kind.offset)
      }
    case range(.walPrepares, geometry):
      let home = geometry.prepareOffset(slot: slot(.walPrepares, UInt64(geometry.messageSize)))
      change(home, Int(geometry.messageSize), storage) { seal(&$0, sizeAt: 200, .prepareBody, kindAt: 208) }
    case range(.replies, geometry):
      let home = geometry.replyOffset(slot: slot(.replies, UInt64(geometry.messageSize)))
      change(home, Int(geometry.messageSize), storage) { seal(&$0, sizeAt: 144, .replyBody, kindAt: 152) }
    case geometry.offset(of: .grid)...:
      let address = slot(.grid, UInt64(geometry.blockSize)) + 1
      change(geometry.blockOffset(address: UInt64(address)), Int(geometry.blockSize), storage) { Seal.block(&$0) }
    default: break
    }
  }

  /// A header with its body.
  private func seal(_ image: inout [UInt8], sizeAt: Int, _ body: StructureKind, kindAt: Int) {
    let size = Int(image.rawSpan.load(fromByteOffset: sizeAt, as: UInt32.self))
    if (256...image.count).contains(size) {
      Seal.put(Checksum.of(image.rawSpan.extracting(256..<size), as: body), &image, at: 16)
    }
    Seal.header(&image, at: 0, kindAt: kindAt)
  }

  private func range(_ zone: Zone, _ geometry: Geometry) -> Range<UInt64> {
    geometry.offset(of: zone)..<geometry.offset(of: zone) + geometry.byteCount(of: zone)
  }

  private func change(_ offset: UInt64, _ count: Int, _ storage: MemoryStorage, _ body: (inout [UInt8]) -> Void) {
    let buffer = IOBuffer(byteCount: count, alignment: 16)
    guard offset + UInt64(count) <= storage.byteCount, (try? storage.read(count, at: offset, into: buffer)) == count
    else { return }
    var image = [UInt8](copying: buffer.bytes)
    body(&image)
    put(image, storage, at: offset)
  }

  private func put(_ bytes: [UInt8], _ storage: MemoryStorage, at offset: UInt64) {
    let buffer = IOBuffer(byteCount: bytes.count, alignment: 16)
    buffer.copy(from: bytes.span)
    storage.replace(at: offset, with: buffer)
  }
}
