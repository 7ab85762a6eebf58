internal import MKraftFormat

/// The pieces that a file is verified in, by number: the log in op order first, then replies, gaps, and blocks by
/// address. Any thread can take any piece; nothing is kept per piece.
struct ScanPlan: Sendable {
  enum Piece: Sendable, Equatable {
    /// Slots of both rings; `sequence` counts them in op order from the checkpoint on.
    case log(sequence: Int, slots: Range<Int>)
    case replies(slots: Range<Int>)
    case gap(Range<UInt64>)
    /// Blocks of the grid; `sequence` counts these pieces by address from the first that this plan has.
    case blocks(sequence: Int, Range<UInt64>)
  }

  /// Reply slots in a piece.
  static let repliesPerPiece = 16
  /// Bytes of a gap in a piece, at most.
  static let gapByteCount = 1 << 20

  let geometry: Geometry
  private let slotsPerPiece: Int
  /// The slot of the first op after the checkpoint.
  private let firstSlot: Int
  private let piecesToEnd: Int
  /// What was done before.
  private let start: ScanProgress
  let logCount: Int
  let replyCount: Int
  let gaps: ArraySlice<Range<UInt64>>
  let blocks: Range<UInt64>
  private let blocksPerPiece: UInt64

  /// - Parameters:
  ///   - blocks: those of the grid to be read, from the first that was not.
  ///   - start: what of the other parts was done before.
  init(
    _ superblock: Superblock, scope: VerificationScope, slotsPerPiece: Int, blocks: Range<UInt64>,
    from start: ScanProgress = ScanProgress()
  ) {
    self.start = start
    geometry = superblock.geometry
    self.slotsPerPiece = slotsPerPiece
    let slotCount = Int(geometry.slotCount)
    firstSlot = geometry.slot(of: superblock.checkpoint.op &+ 1)
    func pieces(_ count: Int, of size: Int) -> Int { (count + size - 1) / size }
    piecesToEnd = pieces(slotCount - firstSlot, of: slotsPerPiece)
    func left(_ part: VerificationScope, _ count: Int, _ done: Int) -> Int {
      scope.contains(part) ? max(0, count - done) : 0
    }
    logCount = left(.wal, piecesToEnd + pieces(firstSlot, of: slotsPerPiece), start.logPieces)
    replyCount = left(.replies, pieces(Int(geometry.sessions), of: ScanPlan.repliesPerPiece), start.replyPieces)
    gaps = scope.contains(.gaps) ? ScanPlan.gapPieces(geometry).dropFirst(start.gapPieces) : []
    self.blocks = blocks
    blocksPerPiece = BlockReader.blocksPerRead(geometry)
  }

  private var blockPieces: Int { Int((UInt64(blocks.count) + blocksPerPiece - 1) / blocksPerPiece) }

  var count: Int { logCount + replyCount + gaps.count + blockPieces }

  subscript(index: Int) -> Piece {
    if index < logCount {
      let sequence = start.logPieces + index
      return .log(sequence: sequence, slots: logSlots(sequence))
    }
    let reply = index - logCount
    if reply < replyCount {
      let first = (start.replyPieces + reply) * ScanPlan.repliesPerPiece
      return .replies(slots: first..<min(first + ScanPlan.repliesPerPiece, Int(geometry.sessions)))
    }
    let gap = reply - replyCount
    guard gap >= gaps.count else { return .gap(gaps[gaps.startIndex + gap]) }
    let sequence = gap - gaps.count
    let first = blocks.lowerBound + UInt64(sequence) * blocksPerPiece
    return .blocks(sequence: sequence, first..<min(first + blocksPerPiece, blocks.upperBound))
  }

  /// How far the scan is when the first `count` pieces are done.
  func progress(after count: Int) -> ScanProgress {
    var progress = start
    var rest = count
    func take(_ part: Int) -> Int {
      let taken = min(rest, part)
      rest -= taken
      return taken
    }
    progress.logPieces += take(logCount)
    progress.replyPieces += take(replyCount)
    progress.gapPieces += take(gaps.count)
    if !blocks.isEmpty {
      progress.nextBlock = min(blocks.lowerBound + UInt64(rest) * blocksPerPiece, blocks.upperBound)
    }
    return progress
  }

  private func logSlots(_ sequence: Int) -> Range<Int> {
    let wrapped = sequence >= piecesToEnd
    let first = wrapped ? (sequence - piecesToEnd) * slotsPerPiece : firstSlot + sequence * slotsPerPiece
    let end = wrapped ? firstSlot : Int(geometry.slotCount)
    return first..<min(first + slotsPerPiece, end)
  }

  /// What lies between the end of each zone's structures and the next zone.
  static func gaps(_ geometry: Geometry) -> [Range<UInt64>] {
    zip(Zone.allCases, Zone.allCases.dropFirst()).map { zone, next in
      geometry.offset(of: zone) + geometry.byteCount(of: zone)..<geometry.offset(of: next)
    }
  }

  private static func gapPieces(_ geometry: Geometry) -> [Range<UInt64>] {
    gaps(geometry).flatMap { gap in
      stride(from: gap.lowerBound, to: gap.upperBound, by: gapByteCount).map { start in
        start..<min(start + UInt64(gapByteCount), gap.upperBound)
      }
    }
  }
}
