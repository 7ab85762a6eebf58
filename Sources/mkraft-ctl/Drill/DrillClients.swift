internal import MKraftForensics
internal import MKraftFormat
internal import MKraftServer
internal import Synchronization

/// The clients of a drill: sessions that share a few connections, each with one request in flight, and their ledger.
///
/// They live in another process than the replica, so what they were told outlives it.
final class DrillClients: Sendable {
  /// How long a client waits for an answer.
  static let answerTimeout = Duration.seconds(20)

  struct State {
    var ledger: DrillLedger
    var sessions: [SessionState] = []
    var connections: [Client] = []
    /// Of each session, the number up to which its puts were verified after a kill.
    var verified: [UInt64]
    /// Acknowledged puts that were read and found as they must be, each time it was looked.
    var putsFound = 0
    var load = Load()
    var trouble: DrillTrouble?
  }

  /// A stretch in which requests are sent.
  struct Load {
    var acknowledged = 0
    /// Requests sent whose answers count or may still come.
    var begun = 0
    var begunMax = 0
    /// Nil: without a kill.
    var killAfter: Int?
    var deadline = ContinuousClock.now
    var isOver = true
  }

  let plan: DrillPlan
  let state: Mutex<State>

  init(_ plan: DrillPlan) {
    self.plan = plan
    let verified = [UInt64](repeating: 0, count: plan.sessions)
    state = Mutex(State(ledger: DrillLedger(plan.workload, sessions: plan.sessions), verified: verified))
  }

  /// The ledger as it is now.
  var ledger: DrillLedger { state.withLock { $0.ledger } }

  func judge(_ judgement: @Sendable (inout DrillLedger) -> Void) { state.withLock { judgement(&$0.ledger) } }

  /// Connects to a replica.
  func connect(to address: NetworkAddress) async throws(DrillTrouble) {
    var connections: [Client] = []
    for _ in 0..<plan.connections {
      do throws(ClientError) {
        connections.append(try await Client.connect(to: address, timeout: DrillClients.answerTimeout))
      } catch {
        throw DrillTrouble("cannot connect to the replica at \(address): \(error)")
      }
    }
    state.withLock { $0.connections = connections }
  }

  func disconnect() async {
    let connections = state.withLock { state in
      defer { state.connections = [] }
      return state.connections
    }
    for connection in connections { await connection.close() }
  }

  /// Opens the sessions.
  func register() async throws(DrillTrouble) {
    for session in 0..<plan.sessions {
      do throws(ClientError) {
        let opened = try await client(of: session).register()
        state.withLock { $0.sessions.append(opened.state) }
      } catch {
        throw DrillTrouble("cannot open session \(session): \(error)")
      }
    }
  }

  func client(of session: Int) -> Client {
    state.withLock { $0.connections[session % $0.connections.count] }
  }

  /// Does `work` for every session at once; the first trouble is thrown when all have ended.
  func forEachSession(
    _ work: @escaping @Sendable (Int) async throws(DrillTrouble) -> Void
  ) async throws(DrillTrouble) {
    await withTaskGroup(of: Void.self) { group in
      for session in 0..<plan.sessions {
        group.addTask {
          do throws(DrillTrouble) { try await work(session) } catch { self.note(error) }
        }
      }
    }
    let trouble = state.withLock { state in
      defer { state.trouble = nil }
      return state.trouble
    }
    if let trouble { throw trouble }
  }

  func note(_ trouble: DrillTrouble) {
    state.withLock { state in
      if state.trouble == nil { state.trouble = trouble }
      state.load.isOver = true
    }
  }

  /// The results in a reply.
  static func results(_ reply: Reply) throws(DrillTrouble) -> [KeyValueResult] {
    do throws(KeyValueBatchError) {
      let view = try KeyValueResultsView(validating: reply.body.rawSpan)
      var results: [KeyValueResult] = []
      var iterator = view.results
      while let result = iterator.next() { results.append(KeyValueResult(copying: result)) }
      return results
    } catch {
      throw DrillTrouble("the answer to a request is no batch of results: \(error)")
    }
  }
}
