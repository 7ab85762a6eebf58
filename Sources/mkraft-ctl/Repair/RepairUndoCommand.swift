internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `repair undo`: gives a file back every byte that a repair changed.
struct RepairUndoCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Takes a repair in place back, whether it was finished or interrupted.",
    discussion: """
      It refuses (exit 15) if anything but the repair has changed what the repair wrote, or if a replica has run on the file \
      since. Taking back a finished repair is done like a repair, with an undo log of its own, and so can be taken back too.
      """)

  @Argument(help: "The undo log.", completion: .file())
  var log: String

  @Option(help: "The file that was repaired, if it is no longer where the log says.", completion: .file())
  var file: String?

  @Option(help: "Where the undo log of the undoing is written. (default: LOG.undo)", completion: .file())
  var undo: String?

  @Flag(help: "Accepted for scripts: it never asks, since undoing can be taken back.")
  var yes = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let path = absolutePath(log)
    let undoLog = try UndoLogFile.open(path)
    let ground = try RepairGround(writing: file ?? undoLog.path)
    let outcome: RepairReport.Outcome
    do throws(RepairError) {
      switch try RepairRun.progress(undoLog, on: ground.storage) {
      case .notBegun: outcome = .unchanged
      case .partly:
        try RepairRun.takeBack(undoLog, on: ground.storage)
        outcome = .takenBack(log: path)
      case .done: outcome = .undone(log: absolutePath(undo ?? path.string + ".undo"))
      }
    } catch { throw Failure(error, of: ground.path) }
    if case .undone(let back) = outcome { return try reverse(undoLog, ground, back, on: console) }
    let report = ground.verify(progress, on: console)
    RepairReport(outcome, path: ground.path, report: report).render(on: console)
    return report.verdict.exitCode
  }

  private func reverse(
    _ undoLog: UndoLog, _ ground: RepairGround, _ path: FilePath, on console: Console
  ) throws(Failure) -> ExitCode {
    let back = try UndoLogFile.create(path) { storage throws(RepairError) in
      try RepairRun.writeReverse(of: undoLog, to: storage, path: ground.path.string)
    }
    do throws(RepairError) {
      let report = try RepairRun.carryOut(back, on: ground.storage, logPath: path.string)
      RepairReport(.undone(log: path), path: ground.path, report: report).render(on: console)
      return report.verdict.exitCode
    } catch { throw Failure(error, of: ground.path) }
  }
}
