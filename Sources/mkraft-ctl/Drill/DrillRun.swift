internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// The story: a file is formatted, a replica on it is killed again and again while it writes, and what it acknowledged is
/// looked for each time.
final class DrillRun {
  /// How long a replica may take until it takes requests, and to stop.
  private static let startTimeout = Duration.seconds(60)
  private static let stopTimeout = Duration.seconds(30)

  let plan: DrillPlan
  let scratch: DrillScratch
  let account: DrillAccount
  let clients: DrillClients
  let interruption: DrillInterruption
  private(set) var totals = DrillTotals()
  private(set) var superblock: Superblock?
  private var process: ReplicaProcess?
  private var lastStart = Duration.zero
  private var record: DrillRecord

  init(_ plan: DrillPlan, in scratch: DrillScratch, _ interruption: DrillInterruption, on console: Console)
    throws(Failure)
  {
    self.plan = plan
    self.scratch = scratch
    self.interruption = interruption
    clients = DrillClients(plan)
    record = try DrillRecord(scratch.acknowledged)
    account = DrillAccount(on: console)
  }

  /// - Throws: why the drill could not go on. What the ledger found wrong by then is in the ledger.
  func perform() throws(Failure) {
    defer { end() }
    try format()
    try account.step(.start) { () throws(Failure) in try start() }
    try account.step(.register) { () throws(Failure) in
      try ask { (clients) async throws(DrillTrouble) in try await clients.register() }
      return "\(plan.sessions) client sessions on \(plan.connections) connections"
    }
    for round in plan.rounds {
      try goThrough(round)
      guard clients.ledger.faultCount == 0 else { return }
    }
    try finish()
  }

  /// One life of the replica, its end, and its rebirth.
  private func goThrough(_ round: DrillPlan.Round) throws(Failure) {
    try account.step(.load) { () throws(Failure) in try loadAndKill(round) }
    try account.step(.diagnose) { () throws(Failure) in try diagnose() }
    for share in round.startKills {
      try account.step(.start) { () throws(Failure) in try startAndKill(lastStart * share / 1000) }
      try account.step(.diagnose) { () throws(Failure) in try diagnose() }
    }
    try account.step(.start) { () throws(Failure) in
      let what = try start()
      totals.restarts += 1
      totals.worstRestart = max(totals.worstRestart, lastStart)
      return what
    }
    try account.step(.check) { () throws(Failure) in
      let result = try ask { (clients) async throws(DrillTrouble) in try await clients.checkAndResend() }
      try record.write(clients.ledger)
      return "\(plan.sessions) counters and \(result.puts) puts found; \(result.retried) requests sent again: "
        + "\(result.stored) answered from the session, \(result.retried - result.stored) executed"
    }
  }

  /// The last life: more requests, a look at everything, and a clean stop.
  private func finish() throws(Failure) {
    try account.step(.load) { () throws(Failure) in
      let count = DrillPlan.lastAcknowledgements
      let result = try ask { (clients) async throws(DrillTrouble) in try await clients.load(count) }
      try record.write(clients.ledger)
      return "\(result.acknowledged) acknowledged, without a kill"
    }
    try account.step(.check) { () throws(Failure) in
      let result = try ask { (clients) async throws(DrillTrouble) in try await clients.checkEverything() }
      totals.putsVerified = result.puts
      return "\(plan.sessions) counters and all \(result.puts) puts found"
    }
    guard clients.ledger.faultCount == 0 else { return }
    try account.step(.stop) { () throws(Failure) in try stop() }
    try account.step(.verify) { () throws(Failure) in
      let examination = try DrillExamination(scratch.file, expected: [.sound])
      totals.entriesVerified = try examination.judgeLog(clients)
      (totals.wraps, totals.checkpoints) = (examination.wraps, examination.checkpoints)
      guard totals.wraps >= plan.wraps else {
        throw failure("the log wrapped \(totals.wraps) times, which is less than the drill was to show")
      }
      return "\(examination.words); each request once among \(totals.entriesVerified) entries of the log"
    }
  }

  private func end() {
    Waiting.result { [clients] in await clients.disconnect() }
    process = nil
  }

  // MARK: Steps

  private func format() throws(Failure) {
    try account.step(.format) { () throws(Failure) in
      let format = FormatPlan(
        cluster: Identifier.random(), geometry: plan.geometry, fileID: Identifier.random(), prewrite: true)
      do throws(FormatError) {
        let result = try DataFileFormatter.create(scratch.file, format)
        superblock = result.superblock
        return "a replica file of \(ByteCount(result.byteCount)), \(plan.geometry.slotCount) slots of "
          + "\(ByteCount(UInt64(plan.geometry.messageSize)))"
      } catch { throw FormatCommand.failure(error, scratch.file) }
    }
  }

  /// Starts a replica and connects the clients to it.
  private func start() throws(Failure) -> String {
    let (process, begin) = try launch()
    guard let address = process.readyAddress(within: DrillRun.startTimeout) else {
      try interruption.check()
      throw failure("the replica did not start: \(describeEnd(of: process)); see \(scratch.log)")
    }
    lastStart = ContinuousClock.now - begin
    try ask { (clients) async throws(DrillTrouble) in try await clients.connect(to: address) }
    return "ready after \(lastStart.readable), listening on \(address)"
  }

  private func startAndKill(_ delay: Duration) throws(Failure) -> String {
    let (process, _) = try launch()
    usleep(UInt32(max(0, delay / .microseconds(1))))
    try process.killAndWait()
    try interruption.check()
    totals.killsWhileStarting += 1
    return "killed \(delay.readable) after its process was started"
  }

  private func launch() throws(Failure) -> (ReplicaProcess, ContinuousClock.Instant) {
    try interruption.check()
    let begin = ContinuousClock.now
    let process = try ReplicaProcess(
      file: scratch.file, cacheByteCount: plan.cacheByteCount, log: scratch.log)
    self.process = process
    interruption.watch(process)
    return (process, begin)
  }

  private func loadAndKill(_ round: DrillPlan.Round) throws(Failure) -> String {
    guard let process else { preconditionFailure("a replica runs") }
    let result = try ask { (clients) async throws(DrillTrouble) in
      let result = try await clients.load(until: round) { process.kill() }
      await clients.disconnect()
      return result
    }
    try process.killAndWait()
    try record.write(clients.ledger)
    totals.kills += 1
    totals.unanswered += result.unanswered
    if result.unanswered > 0 { totals.killsInFlight += 1 }
    return "\(result.acknowledged) acknowledged, then SIGKILL with \(result.unanswered) requests in flight"
  }

  private func diagnose() throws(Failure) -> String {
    try interruption.check()
    let examination = try DrillExamination(scratch.file, expected: [.sound, .degraded])
    clients.judge { $0.judge(head: examination.head) }
    return examination.words
  }

  private func stop() throws(Failure) -> String {
    guard let process else { preconditionFailure("a replica runs") }
    Waiting.result { [clients] in await clients.disconnect() }
    process.send(SIGTERM)
    let end = process.waitForEnd(DrillRun.stopTimeout)
    try interruption.check()
    guard end == .exit(0) else {
      throw failure("the replica did not stop cleanly: \(describeEnd(of: process)); see \(scratch.log)")
    }
    return "SIGTERM, exit 0"
  }

  // MARK: Trouble

  /// Lets clients work, and waits for them.
  private func ask<Value: Sendable>(
    _ work: @escaping @Sendable (DrillClients) async throws(DrillTrouble) -> Value
  ) throws(Failure) -> Value {
    do throws(DrillTrouble) {
      return try Waiting.result { [clients] () async throws(DrillTrouble) -> Value in try await work(clients) }
    } catch {
      try interruption.check()
      guard let end = process?.waitForEnd(.milliseconds(200)) else { throw failure(error.reason) }
      throw failure("\(error.reason); the replica ended with \(end.words); see \(scratch.log)")
    }
  }

  private func describeEnd(of process: ReplicaProcess) -> String {
    guard let end = process.waitForEnd(.milliseconds(500)) else { return "no answer in time" }
    return "it ended with \(end.words)"
  }

  private func failure(_ reason: String) -> Failure { Failure(.drillFailed, reason, of: scratch.file.string) }
}
