internal import MKraftFormat

/// The bytes that a plan changes, in pieces that fit into the records of an undo log, in the order in which they are written. The
/// places of the marks come last, whether or not anything is to change there.
enum RepairPieces {
  struct Piece {
    let range: Range<UInt64>
    /// Checksum of the new bytes, if the piece is all of an action.
    let expected: UInt128?
  }

  static func of(_ plan: RepairPlan) -> [Piece] {
    let marks = (0..<Superblock.copyCount).map { plan.subject.geometry.repairMarkRange(copy: $0) }
    var pieces: [Piece] = []
    for action in plan.actions where action.method != .fileExtended {
      let parts = marks.reduce([action.range]) { parts, mark in parts.flatMap { without(mark, $0) } }
      for part in parts.flatMap(split) {
        pieces.append(Piece(range: part, expected: part == action.range ? action.newChecksum : nil))
      }
    }
    return pieces + marks.map { Piece(range: $0, expected: nil) }
  }

  /// What is left of `range` beside `hole`.
  static func without(_ hole: Range<UInt64>, _ range: Range<UInt64>) -> [Range<UInt64>] {
    guard range.overlaps(hole) else { return [range] }
    var rest: [Range<UInt64>] = []
    if range.lowerBound < hole.lowerBound { rest.append(range.lowerBound..<hole.lowerBound) }
    if hole.upperBound < range.upperBound { rest.append(hole.upperBound..<range.upperBound) }
    return rest
  }

  private static func split(_ range: Range<UInt64>) -> [Range<UInt64>] {
    stride(from: range.lowerBound, to: range.upperBound, by: UndoRecordHeader.sizeLimit).map {
      $0..<min($0 + UInt64(UndoRecordHeader.sizeLimit), range.upperBound)
    }
  }
}
