internal import MKraftFormat
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// Clients of a replica, each with one request under way that fills a slot of 4 KiB.
struct AppendLoad {
  struct Result: Sendable {
    /// As clients see it, over TCP.
    let seen: Rate
    /// From the request's arrival in the replica to its answer.
    let inside: Rate
    /// A ping over the same connection, with nothing else under way.
    let ping: Rate
    let headerWritesPerOp: Double
    /// Processor time per append, of server and clients together, in microseconds.
    let userTime: Double
    let systemTime: Double
    /// Checkpoints that became durable meanwhile.
    let checkpoints: UInt64
    /// The longest of them, in microseconds; 0 if there was none.
    let checkpointTime: Double
  }

  private static let pingTime: Duration = .milliseconds(200)

  private let path: FilePath
  private let geometry: Geometry
  private let choice: Transfers.Choice

  init(_ directory: FilePath, _ geometry: Geometry, _ choice: Transfers.Choice) {
    self.choice = choice
    path = directory.appending("benchmark-append.mkraft")
    self.geometry = geometry
  }

  func run(clients: Int, seconds: Double) async throws -> Result {
    let plan = FormatPlan(cluster: 1, geometry: geometry, fileID: 1, prewrite: true)
    _ = try DataFileFormatter.create(path, plan)
    defer { try? path.remove() }
    let storage = try FileStorage.open(path, for: .replica)
    let measure = TimedReplica.Measure()
    let replica = TimedReplica(Replica(opening: try Opening.read(storage), now: 1), measure)
    let server = ReplicaServer()
    let (ready, becomesReady) = AsyncStream.makeStream(of: NetworkAddress.self)
    let address = Mutex<NetworkAddress?>(nil)
    let transfers = try Transfers(choice, on: storage, geometry)
    async let ended = server.run(
      replica, storage: storage, transfers: transfers, messageSizeMax: Int(geometry.messageSize),
      ioThreads: Int(geometry.pipeline) + 2 + Grid.readDepth + Grid.writeDepth, listen: .loopback
    ) { event in
      switch event {
      case .listening(let found): address.withLock { $0 = found }
      case .ready: if let found = address.withLock({ $0 }) { becomesReady.yield(found) }
      case .status, .note: break
      }
    }
    var addresses = ready.makeAsyncIterator()
    guard let found = await addresses.next() else { throw StorageError(.open, path, cause: .unsupported) }
    let result = try await drive(clients, seconds, found, measure)
    server.requestStop()
    _ = await ended
    return result
  }

  private func drive(
    _ clients: Int, _ seconds: Double, _ address: NetworkAddress, _ measure: TimedReplica.Measure
  ) async throws -> Result {
    let client = try await Client.connect(to: address)
    var sessions: [SessionState] = []
    for _ in 0..<clients { sessions.append(try await client.register().state) }
    await client.close()
    var load = try AppendClients(sessions, at: address, geometry)
    let ping = try load.ping(until: .now + AppendLoad.pingTime)
    let before = measure.state.withLock { state in
      state.isOn = true
      return state.status
    }
    let begin = UsedTime.now
    let latencies = try load.run(until: .now + .seconds(seconds))
    let used = UsedTime.now
    let (inside, after, checkpoints) = measure.state.withLock { ($0.latencies, $0.status, $0.checkpoints) }
    let ops = Double((after?.entriesBegun ?? 0) - (before?.entriesBegun ?? 0))
    let headers = Double((after?.headerWrites ?? 0) - (before?.headerWrites ?? 0))
    return Result(
      seen: Rate(latencies, seconds: seconds), inside: Rate(inside, seconds: seconds),
      ping: Rate(ping, seconds: AppendLoad.pingTime / .seconds(1)),
      headerWritesPerOp: headers / ops,
      userTime: (used.user - begin.user) / Double(latencies.count),
      systemTime: (used.system - begin.system) / Double(latencies.count),
      checkpoints: (after?.checkpoints ?? 0) - (before?.checkpoints ?? 0), checkpointTime: checkpoints.max() ?? 0)
  }
}
