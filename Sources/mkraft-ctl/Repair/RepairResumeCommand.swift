internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `repair resume`: finishes a repair that was interrupted.
struct RepairResumeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Finishes a repair in place that was interrupted.",
    discussion: """
      What is left to do is in the undo log that the file names; neither the plan nor its sources are needed. The repair is \
      done when its bytes are there; what was damaged elsewhere meanwhile is told, and is the exit code. On a file without an \
      unfinished repair nothing is done.
      """)

  @Argument(help: "The file whose repair was interrupted.", completion: .file())
  var file: String

  @Option(help: "The undo log, if it is no longer where the file says.", completion: .file())
  var undo: String?

  @Flag(help: "Accepted for scripts: it never asks, since the plan was accepted before.")
  var yes = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    try RepairInterruption.during(console) { interruption throws(Failure) in try resume(interruption, on: console) }
  }

  private func resume(_ interruption: RepairInterruption, on console: Console) throws(Failure) -> ExitCode {
    let ground = try RepairGround(writing: file, interruption)
    guard let mark = ground.mark else {
      let report = try ground.verify(progress, on: console)
      RepairReport(.unchanged, path: ground.path, report: report).render(on: console)
      return report.verdict.exitCode
    }
    let path = absolutePath(undo ?? mark.path)
    let log: UndoLog
    do throws(Failure) { log = try UndoLogFile.open(path) } catch { throw ground.failure(error, withoutLogOf: mark) }
    do throws(RepairError) {
      let report = try RepairRun.resume(log, on: ground.storage) { interruption.hasCome }
      RepairReport(.resumed(log: path), path: ground.path, report: report, expected: log.exitAfter)
        .render(on: console)
      return report.verdict.exitCode
    } catch {
      let failure = ground.failure(error, log, at: path)
      throw error == .otherLog ? ground.failure(failure, withoutLogOf: mark) : failure
    }
  }
}
