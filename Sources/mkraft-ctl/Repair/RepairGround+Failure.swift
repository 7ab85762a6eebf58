internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension RepairGround {
  /// The mark of a repair that is not finished.
  var mark: RepairMark? { RepairMarkScan.find(storage, SuperblockSurvey.read(storage).geometry) }

  /// A repair that did not come to its end: where it stands, and both ways on.
  /// - Parameter isGoingBack: it was being taken back, so that this is the way on that is named first.
  func failure(
    _ error: RepairError, _ log: UndoLog, at logPath: FilePath, isGoingBack: Bool = false
  ) -> Failure {
    let mark = mark
    let (code, words): (ExitCode, String)
    switch error {
    case .interrupted(.notBegun):
      return Failure(interruption?.exitCode ?? .interrupted, error.words, of: path.string)
    case .interrupted: (code, words) = (interruption?.exitCode ?? .interrupted, error.words)
    case .notUndone, .misread: (code, words) = (.inputOutput, error.words)
    case .log where mark == nil: return Failure(error, of: path)
    case .storage, .log:
      // A device that fails may hide a mark.
      let standing =
        mark == nil ? "no mark can be read in the file" : "the file is marked, and no replica starts on it"
      (code, words) = (.inputOutput, "\(error.words); \(standing); when the cause is gone")
    default: return Failure(error, of: path)
    }
    var (finish, back) = (ShellCommand("repair", "resume"), ShellCommand("repair", "undo"))
    if let mark, mark.path != logPath.string { finish = finish.word("--undo").path(logPath.string) }
    if absolutePath(log.path) != path { back = back.word("--file").path(path.string) }
    (finish, back) = (finish.path(path.string), back.path(logPath.string))
    return isGoingBack
      ? Failure(code, "\(words); take it back, or finish it with '\(finish)'", of: path.string, next: back)
      : Failure(code, "\(words); finish it, or take it back with '\(back)'", of: path.string, next: finish)
  }

  /// Writes an undo log at `path`, which must be free.
  /// - Parameter command: the one that is under way, for another try with another name.
  func createLog(
    _ path: FilePath, _ command: ShellCommand, _ write: (FileStorage) throws(RepairError) -> Void
  ) throws(Failure) -> UndoLog {
    if let use = UndoLogFile.use(of: path, for: storage) {
      throw Failure(
        .cannotCreate, "it exists already, and nothing is ever replaced: \(use); name another with --undo",
        of: path.string, next: command.word("--undo").path(UndoLogFile.freeName(path).string))
    }
    do throws(Failure) { return try UndoLogFile.create(path, write) } catch {
      try interruption?.check(self.path.string)
      throw error
    }
  }
}
