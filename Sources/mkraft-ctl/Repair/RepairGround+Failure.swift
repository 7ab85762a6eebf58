internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension RepairGround {
  /// The mark of a repair that is not finished.
  var mark: RepairMark? { RepairMarkScan.find(storage, SuperblockSurvey.read(storage).geometry) }

  /// A repair that did not come to its end: where it stands, and both ways on.
  /// - Parameters:
  ///   - isGoingBack: it was being taken back, so that this is the way on that is named first.
  ///   - again: the command that began the repair, for another try with another name for the log; nil if it was begun before.
  func failure(
    _ error: RepairError, _ log: UndoLog, at logPath: FilePath, isGoingBack: Bool = false,
    again: ShellCommand? = nil
  ) -> Failure {
    let mark = mark
    if case .storage = error, mark == nil, let again, isUntouched(log) {
      return Failure(
        .inputOutput,
        "\(error.words); the file is as it was: no mark stands in it, and it holds every byte that was to be replaced; when the cause is "
          + "gone, try again; the undo log \(Escape.text(logPath.string)) stays, in case that the device writes a mark after all, so "
          + "name another with --undo",
        of: path.string, next: again.word("--undo").path(UndoLogFile.freeName(logPath).string))
    }
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

  /// Whether all that the log would replace can be read, the places of the marks among it, and is what it was.
  private func isUntouched(_ log: UndoLog) -> Bool { (try? RepairRun.progress(log, on: storage)) == .notBegun }

  /// The undo log of a repair that is not finished cannot be used: which one it is, how to name it if it lies elsewhere, and what is
  /// left if it is gone.
  func failure(_ cause: Failure, withoutLogOf mark: RepairMark) -> Failure {
    guard [.noInput, .declined].contains(cause.code) else { return cause }
    var failure = cause
    let resume = ShellCommand("repair", "resume", "--undo").path("LOG").path(path.string)
    failure.details = [
      "the mark in \(Escape.text(path.string)) names the undo log \(Escape.text(mark.path)); without it the repair is neither finished "
        + "nor taken back; if it lies elsewhere: \(resume)",
      "if it is lost for good, 'recover plan --abandon-repair' takes the file as it stands, with older copies behind it, for a new one",
    ]
    failure.next = ShellCommand("recover", "plan", "--abandon-repair").path(path.string)
    return failure
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
