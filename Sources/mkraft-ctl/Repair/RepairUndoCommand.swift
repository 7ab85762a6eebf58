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
      since; what was damaged elsewhere since is told, and is the exit code. It refuses as well if FILE is not the file that was \
      repaired, nor a copy made after the repair. Taking back a finished repair is done like a \
      repair, with an undo log of its own, and so can be taken back too.
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
    try RepairInterruption.during(console) { interruption throws(Failure) in try takeBack(interruption, on: console) }
  }

  private func takeBack(_ interruption: RepairInterruption, on console: Console) throws(Failure) -> ExitCode {
    let path = absolutePath(log)
    let undoLog = try UndoLogFile.open(path)
    let ground = try RepairGround(writing: file ?? undoLog.path, interruption)
    let standing: RepairProgress
    do throws(RepairError) { standing = try RepairRun.progress(undoLog, on: ground.storage) } catch {
      throw Failure(error, of: ground.path)
    }
    switch standing {
    case .notBegun:
      let report = try ground.verify(progress, on: console)
      RepairReport(.unchanged, path: ground.path, report: report).render(on: console)
      return report.verdict.exitCode
    case .partly: return try takeBackUnfinished(undoLog, path, ground, on: console)
    case .done:
      try checkIsRepaired(undoLog, path, ground, on: console)
      return try reverse(undoLog, path, ground, on: console)
    }
  }

  /// By its bytes a copy of a repaired file is not to be told from it, nor from a file that was never damaged. As long as the
  /// repaired one is where the log says, it is the one that is meant. If it is not there, the file named has to be as the repair left
  /// it also where nothing was repaired: a copy of another moment is not to be damaged.
  private func checkIsRepaired(
    _ undoLog: UndoLog, _ log: FilePath, _ ground: RepairGround, on console: Console
  ) throws(Failure) {
    guard file != nil else { return }
    let path = FilePath(undoLog.path)
    if let named = try? Stat(ground.path), let original = try? Stat(path) {
      guard named.deviceID != original.deviceID || named.inode != original.inode else { return }
      if let storage = try? FileStorage.open(path, for: .reading(cached: true)),
        let standing = try? RepairRun.progress(undoLog, on: storage), standing != .notBegun
      {
        throw Failure(
          .declined,
          "it is not the file that was repaired: that is \(Escape.text(path.string)), where the repair still is; nothing was written",
          of: ground.path.string, next: ShellCommand("repair", "undo").path(log.string))
      }
    }
    guard RepairRun.isRepaired(by: undoLog, try ground.verify(progress, on: console)) else {
      throw Failure(
        .declined,
        "it holds what the repair wrote, and its log does not end with the entry with which that of the repaired file did: it is a copy "
          + "of another moment, or was damaged there since; nothing was written",
        of: ground.path.string)
    }
  }

  private func takeBackUnfinished(
    _ undoLog: UndoLog, _ path: FilePath, _ ground: RepairGround, on console: Console
  ) throws(Failure) -> ExitCode {
    do throws(RepairError) {
      try RepairRun.takeBack(undoLog, on: ground.storage) { ground.interruption?.hasCome ?? false }
    } catch { throw ground.failure(error, undoLog, at: path, isGoingBack: true) }
    let report = try ground.verify(
      progress, on: console,
      standing: "interrupted before a verdict: the repair was taken back, and every byte that it wrote is as it was")
    RepairReport(.takenBack(log: path), path: ground.path, report: report, expected: undoLog.exitBefore)
      .render(on: console)
    return report.verdict.exitCode
  }

  private func reverse(
    _ undoLog: UndoLog, _ log: FilePath, _ ground: RepairGround, on console: Console
  ) throws(Failure) -> ExitCode {
    let isInterrupted = { ground.interruption?.hasCome ?? false }
    let path = absolutePath(undo ?? log.string + ".undo")
    var again = ShellCommand("repair", "undo")
    if let file { again = again.word("--file").path(file) }
    again = again.path(log.string)
    let back = try ground.createLog(path, again) { storage throws(RepairError) in
      try RepairRun.writeReverse(
        of: undoLog, to: storage, path: ground.path.string, isInterrupted: isInterrupted)
    }
    do throws(RepairError) {
      let report = try RepairRun.carryOut(
        back, on: ground.storage, logPath: path.string, isInterrupted: isInterrupted)
      RepairReport(.undone(log: path), path: ground.path, report: report, expected: back.exitAfter)
        .render(on: console)
      return report.verdict.exitCode
    } catch {
      if error.leavesFileAsItWas { UndoLogFile.remove(path) }
      throw ground.failure(error, back, at: path, again: again)
    }
  }
}
