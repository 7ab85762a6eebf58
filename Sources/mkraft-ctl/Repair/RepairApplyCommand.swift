internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `repair apply`: carries out a saved plan, on a copy or in place.
struct RepairApplyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Applies a saved plan: to a copy, or to the file itself with an undo log.",
    discussion: """
      The plan is made again first; if it comes out otherwise it is stale, and nothing is written (exit 15). With --to the \
      file stays as it is and a repaired copy is written beside it, also if there is nothing to repair. With \
      --in-place the old bytes go into an undo log, and until all is written and verified no replica starts on the file: \
      after a signal or a power cut 'repair resume' goes on, and 'repair undo' goes back. If the file is not then found as planned, everything is taken back.
      """)

  @Argument(help: "A plan saved by 'repair plan --to'.", completion: .file())
  var plan: String

  @Option(
    name: .customLong("to"), help: "Where the repaired copy is written. Nothing is ever replaced.", completion: .file())
  var target: String?

  @Flag(help: "Change the file itself.")
  var inPlace = false

  @Option(
    help: "Where the undo log of a change in place is written. (default: beside the file, named after the plan)",
    completion: .file())
  var undo: String?

  @Flag(help: "Do not ask. It accepts the plan, and raises no risk.")
  var yes = false

  @OptionGroup var allowance: RepairAllowance
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard inPlace != (target != nil) else {
      throw Failure(.usage, "say either --to NEW, for a repaired copy, or --in-place")
    }
    guard undo == nil || inPlace else { throw Failure(.usage, "--undo goes with --in-place") }
    let document = try PlanDocument(reading: plan)
    try checkRisk(document, try allowance.methods())
    return try RepairInterruption.during(console) { interruption throws(Failure) in
      try apply(document, interruption, on: console)
    }
  }

  private func apply(
    _ document: PlanDocument, _ interruption: RepairInterruption, on console: Console
  ) throws(Failure) -> ExitCode {
    let ground =
      inPlace
      ? try RepairGround(writing: document.path, interruption) : try RepairGround(reading: document.path, interruption)
    let planning: RepairPlanning
    do throws(Failure) {
      planning = try ground.plan(document.plan.sources, allowing: document.allowed, progress, on: console)
    } catch { throw document.named(error) }
    guard try !isDone(document, planning) else { return try nothingToDo(planning, ground, on: console) }
    guard !planning.plan.isEmpty else {
      try checkNeedsNothing(planning)
      return try nothingToDo(planning, ground, on: console)
    }
    if let target { return try copy(planning, isChanged: true, ground, to: target, on: console) }
    guard !planning.plan.needsCopy else { throw Failure(.needsCopy, of: ground.path) }
    try confirm(planning, document, interruption, on: console)
    return try changeInPlace(planning, ground, interruption, on: console)
  }

  // MARK: Checks

  private func checkRisk(_ document: PlanDocument, _ allowed: Set<RepairMethod>) throws(Failure) {
    for action in document.plan.actions where action.method.risk != .safe && !allowed.contains(action.method) {
      throw Failure(
        .declined,
        "the plan has a change that is \(action.method.risk.rawValue); say --allow \(action.method.name) to make it; "
          + "nothing was written", of: plan)
    }
  }

  /// Whether the plan was carried out already, in which case there is nothing to do.
  /// - Throws: that it does not fit the file as it is.
  private func isDone(_ document: PlanDocument, _ planning: RepairPlanning) throws(Failure) -> Bool {
    let differences = planning.plan.differences(from: document.plan)
    guard !differences.isEmpty else { return false }
    let isSameState = planning.plan.subject.superblock == document.plan.subject.superblock
    let count = document.plan.count(in: planning.file)
    if isSameState, count.done > 0, count.done == document.plan.actions.count { return true }
    let isSameFile = planning.plan.subject == document.plan.subject && count.other == 0 && count.done == 0
    let changes = document.staleness(isSameFile: isSameFile, planning.changedSources(since: document.plan))
    var failure = Failure(
      .declined, "the plan is stale: \(changes); nothing was written", of: plan, next: document.planAgain())
    failure.details = differences
    throw failure
  }

  /// - Throws: that there is damage, and nothing to repair it with.
  private func checkNeedsNothing(_ planning: RepairPlanning) throws(Failure) {
    guard planning.plan.before > .degraded else { return }
    throw Failure(
      .declined, "the plan has no changes: there is nothing to repair with; nothing was written", of: plan)
  }

  /// The file is as the plan would have it. Whoever wants a copy gets one all the same, for it may be put in the file's place.
  private func nothingToDo(
    _ planning: RepairPlanning, _ ground: RepairGround, on console: Console
  ) throws(Failure) -> ExitCode {
    if let target { return try copy(planning, isChanged: false, ground, to: target, on: console) }
    RepairReport(.unchanged, path: ground.path, report: planning.before).render(on: console)
    return planning.plan.before
  }

  /// Asks at a terminal; elsewhere only `--yes` will do.
  private func confirm(
    _ planning: RepairPlanning, _ document: PlanDocument, _ interruption: RepairInterruption, on console: Console
  ) throws(Failure) {
    guard !yes else { return }
    guard Terminal(of: .standardInput).isInteractive, Terminal(of: .standardError).isInteractive else {
      throw Failure(
        .declined, "a change in place wants --yes where nobody can be asked; nothing was written", of: document.path)
    }
    let page = FieldList(to: console.errors, style: Style.plain)
    PlanPage(document: document, planning: planning, saved: plan).write(to: page)
    page.finish()
    console.errors.write("\nChange \(Escape.text(document.path)) in place? [y/N] ")
    console.errors.flush()
    try interruption.waitForInput(document.path)
    guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
      throw Failure(.declined, "not confirmed; nothing was written", of: document.path)
    }
  }

  // MARK: Doing it

  /// - Parameter isChanged: with the plan's changes; otherwise the file as it is.
  private func copy(
    _ planning: RepairPlanning, isChanged: Bool, _ ground: RepairGround, to target: String, on console: Console
  ) throws(Failure) -> ExitCode {
    let path = FilePath(target)
    let creation: DataFileCreation
    do throws(StorageError) { creation = try DataFileCreation(path) } catch { throw Failure(output: path, error) }
    let bar = console.progress("copy", total: planning.plan.subject.sizeAfter, progress)
    let isInterrupted = { ground.interruption?.hasCome ?? false }
    let report: VerificationReport
    do throws(RepairError) {
      report =
        isChanged
        ? try RepairCopy.write(planning, to: creation.storage, isInterrupted: isInterrupted) { bar.update($0) }
        : try RepairCopy.writeUnchanged(planning, to: creation.storage, isInterrupted: isInterrupted) { bar.update($0) }
      bar.finish()
    } catch {
      bar.finish()
      try ground.interruption?.check(target, "interrupted before the copy was whole; no copy was made")
      throw RepairApplyCommand.failure(error, path)
    }
    do throws(StorageError) { try creation.commit() } catch { throw Failure(output: path, error) }
    let outcome: RepairReport.Outcome = isChanged ? .copied(planning.plan) : .copiedUnchanged
    RepairReport(outcome, path: absolutePath(target), report: report).render(on: console)
    return report.verdict.exitCode
  }

  private static func failure(_ error: RepairError, _ path: FilePath) -> Failure {
    switch error {
    case .storage(let cause) where cause.isOutOfSpace: Failure(output: path, cause)
    case .storage(let cause): Failure(.inputOutput, "\(cause); no copy was made", of: path.string)
    case .undone(let reason): Failure(.inputOutput, "\(reason); no copy was made", of: path.string)
    default: Failure(error, of: path)
    }
  }

  private func changeInPlace(
    _ planning: RepairPlanning, _ ground: RepairGround, _ interruption: RepairInterruption, on console: Console
  ) throws(Failure) -> ExitCode {
    let name = "\(ground.path.string).undo-\(planning.plan.checksum.hex.prefix(16))"
    let path = absolutePath(undo ?? name)
    let again = allowance.names.reduce(ShellCommand("repair", "apply").path(plan).word("--in-place")) {
      $0.word("--allow").word($1)
    }
    let log = try ground.createLog(path, again) { storage throws(RepairError) in
      try RepairRun.writeLog(planning, of: ground.storage, to: storage, path: ground.path.string) {
        interruption.hasCome
      }
    }
    do throws(RepairError) {
      let report = try RepairRun.carryOut(
        log, on: ground.storage, logPath: path.string, expecting: planning.after
      ) { interruption.hasCome }
      RepairReport(.applied(planning.plan, log: path), path: ground.path, report: report).render(on: console)
      return report.verdict.exitCode
    } catch {
      if error.leavesFileAsItWas { UndoLogFile.remove(path) }
      throw ground.failure(error, log, at: path, again: again)
    }
  }
}
