internal import MKraftFormat
internal import MKraftStorage

/// Looks through a file without a usable superblock for anything that validates as ours. Holes are passed over: they are zeros, and
/// no structure of ours is.
struct TraceScan {
  static let chunkByteCount = 1 << 20
  /// Structures begin at multiples of this many bytes.
  static let step = 256
  /// Blocks begin at multiples of the smallest block size, for the grid begins on a boundary of zones.
  static let blockStep = Int(Geometry.blockSizeRange.lowerBound)
  private static let blockByteCountMax = Int(Geometry.blockSizeRange.upperBound)

  struct Outcome: Sendable {
    var tally: ScanTally
    /// Where the first structure of ours begins, and what it is.
    var trace: (offset: UInt64, kind: StructureKind)?
    var readAnything = false
    /// Whether the file was looked through, up to the first trace.
    var isWhole = true
  }

  /// Ends at the first trace; the rest of the file is then counted as skipped.
  static func run(
    _ storage: any Storage, byteCount: UInt64, _ budget: ScanBudget = ScanBudget(), progress: (UInt64) -> Void
  ) -> Outcome {
    var outcome = Outcome(tally: ScanTally(byteCount: byteCount))
    let buffer = IOBuffer(byteCount: chunkByteCount)
    var start: UInt64 = 0
    while start < byteCount, outcome.trace == nil {
      guard budget.admitsPiece() else {
        outcome.isWhole = false
        outcome.tally.skip(start..<byteCount, .notReached)
        return outcome
      }
      let next = nextChunk(storage, from: start, byteCount)
      if next > start {
        // What a hole holds is known, which is as good as read.
        outcome.readAnything = true
        outcome.tally.skip(start..<next, .geometryUnknown)
        progress(next)
        start = next
        continue
      }
      let end = min(byteCount, start + UInt64(chunkByteCount))
      read(storage, start..<end, buffer, &outcome)
      progress(end)
      start = end
    }
    outcome.tally.skip(start..<max(start, byteCount), .geometryUnknown)
    return outcome
  }

  /// The first chunk from `start` on, the beginning of one, that is not all hole; the end of the file if there is none.
  private static func nextChunk(_ storage: any Storage, from start: UInt64, _ byteCount: UInt64) -> UInt64 {
    guard let data = storage.nextData(from: start) else { return byteCount }
    return min(byteCount, max(start, data / UInt64(chunkByteCount) * UInt64(chunkByteCount)))
  }

  private static func read(
    _ storage: any Storage, _ range: Range<UInt64>, _ buffer: IOBuffer, _ outcome: inout Outcome
  ) {
    guard let count = try? storage.read(range.count, at: range.lowerBound, into: buffer) else {
      // Unit by unit, so that one bad sector does not hide what stands beside it.
      let unit = min(IOBuffer.pageAlignment, range.count)
      guard range.count > unit else { return outcome.tally.fail(range) }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: unit) {
        read(storage, start..<min(start + UInt64(unit), range.upperBound), buffer, &outcome)
      }
      return
    }
    outcome.readAnything = outcome.readAnything || count > 0
    outcome.tally.skip(range, .geometryUnknown)
    guard outcome.trace == nil else { return }
    for offset in stride(from: 0, to: count - step + 1, by: step) {
      if let kind = structure(in: buffer, at: offset) ?? block(storage, in: buffer, at: offset, range) {
        outcome.trace = (range.lowerBound + UInt64(offset), kind)
        return
      }
    }
  }

  /// A block's checksum covers all of it, so that it is read once more, whole, if its header may be one.
  private static func block(
    _ storage: any Storage, in buffer: IOBuffer, at offset: Int, _ range: Range<UInt64>
  ) -> StructureKind? {
    guard (range.lowerBound + UInt64(offset)) % UInt64(blockStep) == 0 else { return nil }
    let head = buffer.bytes.extracting(offset..<offset + step)
    guard head.load(BlockHeader.Layout.kind) == StructureKind.block.rawValue else { return nil }
    let size = Int(head.load(BlockHeader.Layout.size))
    guard (BlockHeader.byteCount...blockByteCountMax).contains(size) else { return nil }
    let block = IOBuffer(byteCount: blockByteCountMax)
    let place = range.lowerBound + UInt64(offset)
    guard let count = try? storage.read(size, at: place, into: block), count == size else { return nil }
    return (try? BlockHeader(decoding: block.bytes)) == nil ? nil : .block
  }

  private static func structure(in buffer: IOBuffer, at offset: Int) -> StructureKind? {
    let bytes = buffer.bytes.extracting(offset..<offset + step)
    if let header = try? PrepareHeader(decoding: bytes) { return header.kind }
    return try? ReplyHeader(decoding: bytes).kind
  }
}
