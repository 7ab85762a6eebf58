internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// What every scenario does with the copy and with replicas on it.
extension ScenarioDrill {
  func startReplica(on file: FilePath) throws(Failure) -> ScenarioReplica {
    try ScenarioReplica(
      on: file, cacheByteCount: subject.cacheByteCount, log: scratch.log, interruption)
  }

  func ask(_ replica: ScenarioReplica) throws(Failure) -> DrillAnswers {
    let (address, requests, interruption) = (replica.address, requests.requests, interruption)
    let answers: DrillAnswers
    do throws(DrillTrouble) {
      answers = try Waiting.result { () async throws(DrillTrouble) -> DrillAnswers in
        try await DrillAnswers.of(address, requests) { interruption.hasCome }
      }
    } catch {
      try interruption.check()
      throw Failure(.drillFailed, "\(error.reason); see \(scratch.log)", of: copy.path.string)
    }
    try interruption.check()
    return answers
  }

  /// Whether the untouched file answers what clients of a generated one were told.
  func check(
    _ clients: DrillClients, _ replica: ScenarioReplica, _ answers: DrillAnswers
  ) throws(Failure) {
    let address = replica.address
    do throws(DrillTrouble) {
      try Waiting.result { () async throws(DrillTrouble) in
        try await clients.connect(to: address)
        _ = try await clients.checkEverything()
        await clients.disconnect()
      }
    } catch { throw Failure(.drillFailed, error.reason, of: copy.path.string) }
    let (ledger, sessions) = clients.state.withLock { ($0.ledger, $0.sessions) }
    let told = zip(sessions, ledger.sessions).filter { session, known in
      let reply = answers.replies.first { $0.client == session.client }
      guard case .results(let op, _) = reply?.answer else { return false }
      return op == known.ops.last
    }
    guard ledger.faultCount == 0, told.count == sessions.count else {
      throw Failure(
        .drillFailed, "before any damage: \(ledger.faults.first.map { "\($0)" } ?? "a session has another answer")",
        of: copy.path.string)
    }
  }

  func verify(_ storage: FileStorage) -> VerificationReport {
    let bar = console.progress("diagnose", total: storage.byteCount, progress)
    defer { bar.finish() }
    return Verification.run(storage, RepairPlanner.options(Verification.Options())) { done, _ in bar.update(done) }
  }

  func difference(
    _ storage: FileStorage, from other: any Storage, in ranges: [Range<UInt64>]? = nil
  ) throws(Failure) -> UInt64? {
    let bar = console.progress("compare", total: storage.byteCount, progress)
    defer { bar.finish() }
    do throws(StorageError) {
      return try DrillMirror.difference(of: storage, from: other, in: ranges) { bar.update($0) }
    } catch { throw Failure(.inputOutput, "\(error)", of: copy.path.string) }
  }

  /// Makes the copy what it was made of, in every byte that is not so.
  /// - Parameters:
  ///   - touched: what the drill itself wrote; nil for anywhere.
  ///   - isStarted: whether a replica ran on it.
  func restore(_ touched: [Range<UInt64>]?, isStarted: Bool) throws(Failure) {
    try subject.checkUnchanged()
    let storage = try copy.writable()
    let written = isStarted ? injector.rangesWritten(on: storage) : []
    var ranges: [Range<UInt64>]?
    if let touched, let written { ranges = touched + written }
    let bar = console.progress("restore", total: storage.byteCount, progress)
    defer { bar.finish() }
    do throws(StorageError) {
      _ = try DrillMirror.restore(storage, to: subject.storage, in: ranges) { bar.update($0) }
    } catch { throw Failure(.inputOutput, "\(error)", of: copy.path.string) }
  }
}
