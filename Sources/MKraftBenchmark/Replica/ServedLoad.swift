internal import MKraftFormat
internal import MKraftReplica
package import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// Clients of a replica, each with one request under way.
package struct ServedLoad: Sendable {
  package struct Result: Sendable {
    /// As clients see it, over TCP.
    package let seen: Rate
    /// From the request's arrival in the replica to its answer.
    package let inside: Rate
    /// A ping over the same connection, with nothing else under way; empty if there was none.
    package let ping: Rate
    package let headerWritesPerOp: Double
    /// Processor time per request, of server and clients together, in microseconds.
    package let userTime: Double
    package let systemTime: Double
    /// Checkpoints from the execution of their op to their superblock, those whose begin and end were seen.
    package let checkpointSpans: [CheckpointSpan]
    /// Times in which requests waited for a checkpoint, since the headroom behind it was used up.
    package let stalls: Rate
    /// Ops executed.
    package let opCount: UInt64
    package let seconds: Double

    /// How long checkpoints took.
    package var checkpoints: Rate { Rate(checkpointSpans.map(\.duration), seconds: seconds) }
  }

  private let file: ThrowawayFile
  private let shape: RequestShape
  private let choice: Transfers.Choice
  private let stateByteCount: UInt64
  private let pingTime: Duration
  private let budget: BenchmarkBudget

  /// - Parameters:
  ///   - file: freshly formatted, with a session for each client; opened by nobody.
  ///   - stateByteCount: bytes of all values that the clients keep, at most.
  ///   - pingTime: how long one client pings before the load.
  package init(
    _ file: ThrowawayFile, _ shape: RequestShape, _ choice: Transfers.Choice = .auto, stateByteCount: UInt64,
    pingTime: Duration = .zero, _ budget: BenchmarkBudget
  ) {
    (self.file, self.shape, self.choice) = (file, shape, choice)
    (self.stateByteCount, self.pingTime, self.budget) = (stateByteCount, pingTime, budget)
  }

  package func run(clients: Int, for duration: Duration) async throws -> Result {
    let storage = try file.open()
    let measure = TimedReplica.Measure()
    return try await ServerRun.during(storage, file.geometry, choice) {
      TimedReplica(Replica(opening: try Opening.read(storage), now: 1), measure)
    } body: { address in
      try await drive(clients, duration, address, measure)
    }
  }

  private func drive(
    _ clients: Int, _ duration: Duration, _ address: NetworkAddress, _ measure: TimedReplica.Measure
  ) async throws -> Result {
    let client = try await Client.connect(to: address)
    var sessions: [SessionState] = []
    for _ in 0..<clients { sessions.append(try await client.register().state) }
    await client.close()
    var load = try LoadClients(sessions, at: address, file.geometry, shape, stateByteCount: stateByteCount, budget)
    let ping = try load.ping(until: .now + pingTime)
    let before = measure.begin()
    let (usedBefore, begin) = (UsedTime.now, ContinuousClock.now)
    let latencies = try load.run(until: begin + duration)
    let (used, seconds) = (UsedTime.now, (ContinuousClock.now - begin).seconds)
    let state = measure.end()
    try budget.check()
    let ops = (state.status?.entriesBegun ?? 0) - (before?.entriesBegun ?? 0)
    let headers = (state.status?.headerWrites ?? 0) - (before?.headerWrites ?? 0)
    return Result(
      seen: Rate(latencies, seconds: seconds), inside: Rate(state.latencies, seconds: seconds),
      ping: Rate(ping, seconds: pingTime.seconds), headerWritesPerOp: Double(headers) / Double(max(ops, 1)),
      userTime: (used.user - usedBefore.user) / Double(latencies.count),
      systemTime: (used.system - usedBefore.system) / Double(latencies.count),
      checkpointSpans: state.checkpoints, stalls: Rate(state.stalls, seconds: seconds),
      opCount: ops, seconds: seconds)
  }
}
