/// How far a scan has come. Pieces are taken in order, and each that is taken is finished.
struct ScanProgress: Sendable, Equatable {
  var logPieces = 0
  var replyPieces = 0
  var gapPieces = 0
  /// The first block that was not read.
  var nextBlock: UInt64 = 1
}
