internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// Rehearses damages, one after the other, on one copy of a file:
///
///     inject -> diagnose -> repair -> undo -> repair again -> start -> compare -> copy as it was
///                        -> recover, to a new file ---------> start -> compare -> copy as it was
///
/// What a replica must answer afterwards is what a replica on the untouched copy answered.
final class ScenarioDrill {
  let subject: ScenarioSubject
  let scratch: DrillScratch
  let interruption: DrillInterruption
  let progress: ProgressOptions
  let console: Console
  let copy: DrillCopy
  let injector: DrillInjector
  let requests: DrillLastRequests
  /// Of a replica on the untouched copy; nil if none can run alone on the file.
  private(set) var acknowledged: DrillAnswers?
  private(set) var results: [ScenarioResult] = []

  init(
    _ subject: ScenarioSubject, in scratch: DrillScratch, seed: UInt64, _ interruption: DrillInterruption,
    _ progress: ProgressOptions, on console: Console
  ) throws(Failure) {
    (self.subject, self.scratch, self.interruption) = (subject, scratch, interruption)
    (self.progress, self.console) = (progress, console)
    guard let injector = DrillInjector(subject.storage, subject.report, seed: seed) else {
      throw Failure(
        .declined, "no replica could start on it, so that there is nothing to rehearse", of: subject.path.string)
    }
    self.injector = injector
    requests = DrillLastRequests(subject.storage, subject.report)
    let bar = console.progress("copy", total: subject.storage.byteCount, progress)
    defer { bar.finish() }
    copy = try DrillCopy(
      of: subject.storage, at: scratch.file, progress: { bar.update($0) }, interruption: interruption)
  }

  /// Bytes that the undo logs of the scenarios take at most.
  static func undoByteCount(_ scenarios: [DrillScenario], _ subject: ScenarioSubject, seed: UInt64) -> UInt64 {
    guard let injector = DrillInjector(subject.storage, subject.report, seed: seed) else { return 0 }
    // Old bytes and new ones, in the log and in the one of the way back.
    return 4 * (scenarios.map { (try? injector.injection($0))?.byteCount(of: subject.storage) ?? 0 }.max() ?? 0)
  }

  /// Asks a replica on the untouched copy for all that it knows, and makes the copy what it was.
  func begin() throws(Failure) {
    guard subject.isAlone else { return }
    let replica = try startReplica(on: copy.path)
    let answers = try ask(replica)
    if let clients = subject.clients { try check(clients, replica, answers) }
    try replica.stop(interruption)
    acknowledged = answers
    try restore([], isStarted: true)
  }

  /// Compares the whole copy with what it was made of: between scenarios only what had been written was looked at.
  func finish() throws(Failure) {
    try subject.checkUnchanged()
    guard let place = try difference(try copy.writable(), from: subject.storage) else { return }
    throw Failure(.internalError, "byte \(place) of the copy is not what it was before the drill", of: copy.path.string)
  }

  func run(_ scenario: DrillScenario) throws(Failure) -> ScenarioResult {
    try interruption.check()
    let clock = ContinuousClock.now
    var result = ScenarioResult(scenario)
    let injection: DrillInjection
    do throws(DrillNotApplicable) { injection = try injector.injection(scenario) } catch {
      (result.isApplicable, result.what) = (false, error.reason)
      results.append(result)
      return result
    }
    result.what = injection.words
    do throws(Failure) {
      if try bringBack(injection, &result) { try start(&result) }
    } catch {
      try interruption.check()
      result.reason = error.reason
    }
    for path in [scratch.undo, scratch.redo, scratch.recovered] { DrillScratch.remove(path) }
    // After a trouble nobody knows what was written.
    let touched = result.reason == nil ? injection.ranges(of: subject.storage) + result.repaired : nil
    let isStarted = result.isStarted && result.recoveredFrom == nil
    try time(.restore, &result) { () throws(Failure) in try restore(touched, isStarted: isStarted) }
    if subject.isAlone { judge(&result) }
    result.seconds = ContinuousClock.now - clock
    results.append(result)
    return result
  }

  // MARK: A scenario

  /// Damages the copy, and brings it back as far as that can be proven right. The copy is locked only meanwhile.
  /// - Returns: whether a replica is to be started on it.
  private func bringBack(_ injection: DrillInjection, _ result: inout ScenarioResult) throws(Failure) -> Bool {
    let storage = try copy.writable()
    try time(.inject, &result) { () throws(Failure) in
      do throws(RepairError) { try injection.inject(into: storage) } catch { throw Failure(error, of: copy.path) }
    }
    let before = try time(.diagnose, &result) { () throws(Failure) in verify(storage) }
    result.verdict = before.verdict.exitCode
    result.start = before.verdict.start.name
    result.kinds = before.counts.map(\.kind)
    result.findings = Array(before.findings.prefix(ScenarioResult.findingsMax))
    result.findingCount = before.findingCount
    try interruption.check()
    if before.verdict.exitCode <= .degraded {
      result.remedy = .replica
    } else if let (remedy, planning) = try time(.repair, &result, { () throws(Failure) in plan(storage, before) }) {
      result.remedy = remedy
      try repair(planning, injection, storage, &result)
    } else {
      return try recover(storage, before, &result)
    }
    return true
  }

  private func start(_ result: inout ScenarioResult) throws(Failure) {
    guard let acknowledged else { return }
    let file = result.recoveredFrom == nil ? copy.path : scratch.recovered
    let replica = try time(.start, &result) { () throws(Failure) in try startReplica(on: file) }
    result.isStarted = true
    let answers = try time(.compare, &result) { () throws(Failure) in try ask(replica) }
    result.lost = acknowledged.differences(in: answers)
    try time(.start, &result) { () throws(Failure) in try replica.stop(interruption) }
  }

  /// Compares it with its row in the table.
  private func judge(_ result: inout ScenarioResult) {
    guard result.reason == nil, let verdict = result.verdict else { return }
    result.isJudged = true
    let isMet = result.scenario.outcomes.contains { outcome in
      max(outcome.verdict, subject.report.verdict.exitCode) == verdict && outcome.remedy == result.remedy
        && result.kinds.contains(outcome.finding)
    }
    guard !isMet else { return }
    let wanted = result.scenario.outcomes
      .map { "\($0.finding.name), \($0.verdict.name), \($0.remedy.words)" }.joined(separator: "; or ")
    let kinds = result.kinds.map(\.name).joined(separator: ", ")
    result.reason =
      "found \(kinds.isEmpty ? "nothing" : kinds), \(verdict.name), \(result.remedy?.words ?? "no remedy"); its row says "
      + wanted
  }

  // MARK: Time

  func time<Value>(
    _ phase: ScenarioPhase, _ result: inout ScenarioResult, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let begin = ContinuousClock.now
    defer { result.phases[phase, default: .zero] += ContinuousClock.now - begin }
    return try body()
  }
}
