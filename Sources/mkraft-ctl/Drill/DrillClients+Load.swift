internal import MKraftForensics
internal import MKraftFormat
internal import MKraftServer
internal import Synchronization

/// Sending requests until the replica is killed.
extension DrillClients {
  /// What became of a stretch of requests.
  struct LoadResult: Sendable {
    let acknowledged: Int
    /// Requests that were sent before the kill and got no answer.
    let unanswered: Int
  }

  /// How long a stretch may take.
  private static let loadTimeout = Duration.seconds(120)

  /// Sends requests from all sessions at once until `kill` was called, as the round says.
  func load(until round: DrillPlan.Round, kill: @escaping @Sendable () -> Void) async throws(DrillTrouble) -> LoadResult
  {
    try await load(
      begunMax: round.acknowledgements + DrillPlan.overshootMax, killAfter: round.acknowledgements
    ) {
      // Whoever got the deciding answer waits out the delay, while the others go on.
      try? await Task.sleep(for: .microseconds(round.delay))
      self.state.withLock { state in
        kill()
        state.load.isOver = true
      }
    }
  }

  /// Sends so many requests, and waits for their answers.
  func load(_ count: Int) async throws(DrillTrouble) -> LoadResult {
    try await load(begunMax: count, killAfter: nil) {}
  }

  private func load(
    begunMax: Int, killAfter: Int?, kill: @escaping @Sendable () async -> Void
  ) async throws(DrillTrouble) -> LoadResult {
    state.withLock { state in
      state.load = Load(begunMax: begunMax, killAfter: killAfter, isOver: false)
      state.load.deadline = .now + DrillClients.loadTimeout
    }
    try await forEachSession { (session) async throws(DrillTrouble) in try await self.send(session, kill) }
    return state.withLock { state in
      LoadResult(
        acknowledged: state.load.acknowledged, unanswered: state.ledger.sessions.count { $0.pending != nil })
    }
  }

  /// One session's requests, one after the other, until the load is over.
  private func send(_ index: Int, _ kill: @Sendable () async -> Void) async throws(DrillTrouble) {
    let session = client(of: index).resume(state.withLock { $0.sessions[index] })
    while let number = try begin(index) {
      let reply: Reply
      do throws(ClientError) {
        reply = try await session.execute(body(index, number))
      } catch {
        return try ended(index, error, session.state)
      }
      if try acknowledge(index, reply, session.state, isRetried: false) { await kill() }
    }
  }

  /// The number of the session's next request; nil if it is to send none.
  private func begin(_ index: Int) throws(DrillTrouble) -> UInt64? {
    let number: UInt64? = state.withLock { state in
      guard !state.load.isOver, state.load.begun < state.load.begunMax else { return nil }
      state.load.begun += 1
      return state.ledger.begin(index)
    }
    guard number != nil, ContinuousClock.now > state.withLock({ $0.load.deadline }) else { return number }
    throw DrillTrouble("the replica takes too long: \(state.withLock { $0.load.acknowledged }) answers in two minutes")
  }

  /// A request of the workload always fits into a message.
  private func body(_ session: Int, _ number: UInt64) -> [UInt8] {
    var batch = KeyValueBatchBuilder(bodySizeMax: plan.geometry.bodySizeMax)
    do throws(KeyValueBatchBuilderError) {
      for event in plan.workload.events(session, number) { try batch.append(event) }
    } catch { preconditionFailure("values are small enough for a message") }
    return batch.body
  }

  /// Takes an answer down; true if it is the one after which the replica is killed.
  func acknowledge(
    _ index: Int, _ reply: Reply, _ session: SessionState, isRetried: Bool
  ) throws(DrillTrouble) -> Bool {
    let results = try DrillClients.results(reply)
    return state.withLock { state in
      state.sessions[index] = session
      state.ledger.acknowledge(index, op: reply.op, results: results, isRetried: isRetried)
      state.load.acknowledged += 1
      return state.load.acknowledged == state.load.killAfter
    }
  }

  /// A request got no answer: as it must be after a kill, and never otherwise.
  private func ended(_ index: Int, _ error: ClientError, _ session: SessionState) throws(DrillTrouble) {
    let isKilled = state.withLock { state in
      state.sessions[index] = session
      return state.load.isOver
    }
    guard isKilled, session.unanswered != nil else {
      throw DrillTrouble("session \(index) got no answer from a replica that nobody killed: \(error)")
    }
  }
}
