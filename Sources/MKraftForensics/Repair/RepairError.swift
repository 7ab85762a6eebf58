internal import MKraftFormat
public import MKraftStorage

/// Why a repair did not come to its end.
public enum RepairError: Error, Sendable, Equatable {
  /// The data file or the undo log could not be read or written. If the data file has a mark, the repair is not finished.
  case storage(StorageError)
  /// The undo log is not one, or not whole.
  case log(UndoLogDefect)
  /// The undo log belongs to another file, or to another repair of this one.
  case otherLog
  /// There is no mark: no repair of this file was begun, or it came to its end.
  case notBegun
  /// The bytes at this offset are neither what the repair found there nor what it writes: the file has moved on.
  case movedOn(offset: UInt64)
  /// The superblock is another than when the repair was made: a replica has run on the file since.
  case superblockMovedOn
  /// The plan wants bytes that the device does not give: it is for a copy.
  case needsCopy
  /// What was to be taken from a source is no longer what it was.
  case sourceChanged(offset: UInt64)
  /// The path is too long for the mark; the most bytes that fit.
  case pathTooLong(limit: Int)
  /// The data file's path is too long for the undo log; the most bytes that fit.
  case filePathTooLong(limit: Int)
  /// It was asked to end before it was done.
  case interrupted(RepairStop)
  /// Something could not be read, made longer, or read back as it was written, and everything was taken back.
  case undone(reason: String)
  /// After the changes, which were made right, the file was found otherwise than planned, and everything was taken back.
  case notAsPlanned(reason: String)
  /// As above, and it could not be taken back: the mark stands.
  case notUndone(reason: String)
  /// The bytes written at this offset read back otherwise: the mark stands.
  case misread(offset: UInt64)
}

/// Where a repair was when it was asked to end.
public enum RepairStop: Sendable, Equatable {
  /// Nothing was written to the file.
  case notBegun
  /// Between two writes: the mark stands, and some changes may be there.
  case marked
  /// All changes are there and not verified: the mark stands.
  case unverified
}

extension RepairError {
  /// One line for an operator.
  public var words: String {
    switch self {
    case .storage(let error): error.description
    case .log(let defect): "undo log damaged: \(defect.words)"
    case .otherLog: "the undo log is that of another file or of another repair"
    case .notBegun: "no repair of this file is under way"
    case .movedOn(let offset):
      "the bytes at \(offset) are neither what the repair found nor what it wrote: the file has moved on"
    case .superblockMovedOn: "the superblock is another than at the repair: a replica has run on the file since"
    case .needsCopy: "the medium fails, and is never written to: apply the plan to a copy, with --to"
    case .sourceChanged(let offset): "what is to be written at \(offset) is no longer what the plan says"
    case .pathTooLong(let limit): "the undo log's path has more than \(limit) bytes"
    case .filePathTooLong(let limit):
      "the data file's path has more than \(limit) bytes, which the undo log has to name"
    case .interrupted(.notBegun): "interrupted before anything was written: the file is as it was"
    case .interrupted(.marked):
      "interrupted between two writes: the file is marked, no replica starts on it, and nothing is lost"
    case .interrupted(.unverified):
      "interrupted after the last write, before the file was verified: it is marked, no replica starts on it, and nothing is "
        + "lost"
    case .undone(let reason), .notAsPlanned(let reason):
      "\(reason); everything was taken back, the file is as it was"
    case .notUndone(let reason): "\(reason); it could not be taken back: the repair is not finished"
    case .misread(let offset): "the bytes written at \(offset) read back otherwise: the repair is not finished"
    }
  }

  /// Whether it is certain that no byte of the file is other than before, so that the undo log made for it is of no use. After a
  /// failed read or write it is not.
  public var leavesFileAsItWas: Bool {
    switch self {
    case .otherLog, .notBegun, .movedOn, .superblockMovedOn, .needsCopy, .sourceChanged, .pathTooLong, .filePathTooLong,
      .undone, .notAsPlanned, .interrupted(.notBegun):
      true
    case .storage, .log, .notUndone, .misread, .interrupted: false
    }
  }
}
