internal import MKraftFormat

/// A verification that ended early, as it goes on later: bound to one file in one state, and to what was asked for.
struct ResumeState: Sendable {
  /// What must be the same for the rest to be worth anything.
  struct Binding: Sendable, Equatable {
    var fileID: UInt128
    /// Of the superblock that the file is judged by: it covers geometry, checkpoint and hard state.
    var superblock: UInt128
    var sequence: UInt64
    var byteCount: UInt64
    var scope: UInt8
    var isLive: Bool
    var readMode: String

    /// Why a state that is bound to `old` does not go on here; nil if it does.
    func difference(from old: Binding) -> String? {
      if old.fileID != fileID { return "it is of another file" }
      if old.sequence != sequence {
        return "it is of the file at superblock sequence \(old.sequence), which now is \(sequence)"
      }
      if old.superblock != superblock { return "it is of another superblock of the same sequence" }
      if old.byteCount != byteCount { return "the file had \(old.byteCount) bytes, now it has \(byteCount)" }
      if old.scope != scope { return "other parts of the file were asked for" }
      if old.isLive != isLive { return isLive ? "no replica ran on the file then" : "a replica ran on the file then" }
      if old.readMode != readMode { return "the file was read otherwise, with or without --cached" }
      return nil
    }
  }

  /// What was read, and what was found in it. Replies and gaps are read again each time, so that of them it tells only how many
  /// pieces there were.
  struct Contents: Sendable {
    var progress: ScanProgress
    /// An item read differently the second time.
    var sawChange: Bool
    var logTally: ScanTally
    var log: LogRecord
    var gridTally: ScanTally
    var grid: GridIntake
  }

  var binding: Binding
  /// The head that a file in use is judged as of.
  var liveHead: UInt64?
  var contents: Contents
}
