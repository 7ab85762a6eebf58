internal import MKraftForensics
internal import MKraftFormat
internal import MKraftServer
internal import Synchronization

/// Looking at what a replica holds, and sending again what got no answer.
extension DrillClients {
  struct CheckResult: Sendable {
    /// Acknowledged puts that were read and found.
    var puts = 0
    /// Requests sent again, and how many of them were answered from the session's stored reply.
    var retried = 0
    var stored = 0
  }

  /// Most pairs asked for at once.
  private static let scanLimit: UInt32 = 1000

  /// After a kill: compares all counters, and every put since the last such look, with what was acknowledged; then sends the
  /// unanswered requests again, with their old numbers and bytes.
  func checkAndResend() async throws(DrillTrouble) -> CheckResult {
    let head = try await head()
    let before = state.withLock { state in
      state.ledger.reopened(head: head)
      return state.ledger
    }
    let puts = try await checkState { state in state.verified }
    try await forEachSession { (session) async throws(DrillTrouble) in try await self.resend(session) }
    let after = ledger
    return CheckResult(puts: puts, retried: after.retried - before.retried, stored: after.stored - before.stored)
  }

  /// Compares everything that was ever acknowledged.
  func checkEverything() async throws(DrillTrouble) -> CheckResult {
    CheckResult(puts: try await checkState { state in state.verified.map { _ in 0 } })
  }

  private func head() async throws(DrillTrouble) -> UInt64 {
    do throws(ClientError) { return try await client(of: 0).ping().headOp } catch {
      throw DrillTrouble("the replica does not answer a ping: \(error)")
    }
  }

  private func checkState(_ verified: @Sendable (State) -> [UInt64]) async throws(DrillTrouble) -> Int {
    let (from, before) = state.withLock { (verified($0), $0.putsFound) }
    try await forEachSession { (session) async throws(DrillTrouble) in
      try await self.check(session, from: from[session] + 1)
    }
    return state.withLock { $0.putsFound } - before
  }

  private func check(_ session: Int, from first: UInt64) async throws(DrillTrouble) {
    let workload = plan.workload
    let read = try await read([
      .get(key: Array(workload.counterKey(session).utf8)), .get(key: Array(workload.latestKey(session).utf8)),
    ])
    guard read.count == 2 else { throw DrillTrouble("a read of two keys got \(read.count) results") }
    let puts = try await puts(of: session, from: first)
    state.withLock { state in
      state.ledger.judge(session, counter: read[0].found, latest: read[1].found)
      state.putsFound += state.ledger.judge(session, puts: puts, from: first)
      state.verified[session] = state.ledger.sessions[session].acknowledged
    }
  }

  /// All of a session's puts from a number on.
  private func puts(of session: Int, from first: UInt64) async throws(DrillTrouble) -> [KeyValuePair] {
    var start = Array(plan.workload.putKey(session, first).utf8)
    let end = Array(plan.workload.putEnd(session).utf8)
    var pairs: [KeyValuePair] = []
    let limit = Int(plan.geometry.slotCount)
    while pairs.count <= limit {
      let results = try await read([.scan(start: start, end: end, limit: DrillClients.scanLimit)])
      guard let scan = results.first, scan.status == .ok else { throw DrillTrouble("a scan failed: \(results)") }
      pairs += scan.pairs
      guard scan.more, let last = scan.pairs.last else { return pairs }
      start = last.key + [0]
    }
    throw DrillTrouble("the replica shows more keys of session \(session) than its log has entries")
  }

  private func read(_ events: [KeyValueEvent]) async throws(DrillTrouble) -> [KeyValueResult] {
    var batch = KeyValueBatchBuilder(bodySizeMax: plan.geometry.bodySizeMax)
    do throws(KeyValueBatchBuilderError) {
      for event in events { try batch.append(event) }
    } catch { preconditionFailure("keys are small enough for a message") }
    let reply: Reply
    do throws(ClientError) { reply = try await client(of: 0).read(batch.body) } catch {
      throw DrillTrouble("a read was not answered: \(error)")
    }
    return try DrillClients.results(reply)
  }

  private func resend(_ index: Int) async throws(DrillTrouble) {
    let (state, isPending) = state.withLock { ($0.sessions[index], $0.ledger.sessions[index].pending != nil) }
    guard isPending else { return }
    let session = client(of: index).resume(state)
    let reply: Reply
    do throws(ClientError) { reply = try await session.retry() } catch {
      throw DrillTrouble("session \(index) sent its unanswered request again: \(error)")
    }
    _ = try acknowledge(index, reply, session.state, isRetried: true)
  }
}

extension KeyValueResult {
  /// The value of a get; nil if the key has none.
  fileprivate var found: [UInt8]? { status == .ok ? value : nil }
}
