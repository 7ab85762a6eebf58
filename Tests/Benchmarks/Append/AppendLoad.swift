internal import MKraftFormat
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// Clients of a replica, each with one request under way that fills a slot of 4 KiB.
struct AppendLoad {
  static let geometry = Geometry(slotCount: 16384, messageSize: 4096, pipeline: 8)
  private static let keyCount = 64

  struct Result: Sendable {
    /// As clients see it, over TCP.
    let seen: Rate
    /// From the request's arrival in the replica to its answer.
    let inside: Rate
    let headerWritesPerOp: Double
  }

  private let path: FilePath

  init(_ directory: FilePath) { path = directory.appending("benchmark-append.mkraft") }

  func run(clients: Int, seconds: Double) async throws -> Result {
    let plan = FormatPlan(cluster: 1, geometry: AppendLoad.geometry, fileID: 1, prewrite: true)
    _ = try DataFileFormatter.create(path, plan)
    defer { try? path.remove() }
    let storage = try FileStorage.open(path, for: .replica)
    let measure = TimedReplica.Measure()
    let replica = TimedReplica(Replica(opening: try Opening.read(storage), now: 1), measure)
    let server = ReplicaServer()
    let (ready, becomesReady) = AsyncStream.makeStream(of: NetworkAddress.self)
    let address = Mutex<NetworkAddress?>(nil)
    async let ended = server.run(
      replica, storage: storage, messageSizeMax: Int(AppendLoad.geometry.messageSize),
      ioThreads: Int(AppendLoad.geometry.pipeline) + 2 + Grid.readDepth + Grid.writeDepth, listen: .loopback
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
    var sessions: [Session] = []
    for _ in 0..<clients { sessions.append(try await Client.connect(to: address).register()) }
    let before = measure.state.withLock { state in
      state.isOn = true
      return state.status
    }
    let end = ContinuousClock.now + .seconds(seconds)
    let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
      for (index, session) in sessions.enumerated() {
        group.addTask { try await AppendLoad.append(session, index, until: end) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let (inside, after) = measure.state.withLock { ($0.latencies, $0.status) }
    let ops = Double((after?.entriesBegun ?? 0) - (before?.entriesBegun ?? 0))
    let headers = Double((after?.headerWrites ?? 0) - (before?.headerWrites ?? 0))
    return Result(
      seen: Rate(latencies, seconds: seconds), inside: Rate(inside, seconds: seconds), headerWritesPerOp: headers / ops)
  }

  private static func append(
    _ session: Session, _ index: Int, until end: ContinuousClock.Instant
  ) async throws -> [Double] {
    var latencies: [Double] = []
    var number = 0
    while ContinuousClock.now < end {
      let body = try body(key: Array("key-\(index)-\(number % keyCount)".utf8))
      number += 1
      let begin = ContinuousClock.now
      _ = try await session.execute(body)
      latencies.append((ContinuousClock.now - begin).microseconds)
    }
    return latencies
  }

  /// A put that makes an entry of 4 KiB.
  private static func body(key: [UInt8]) throws -> [UInt8] {
    let overhead = KeyValueEvent.put(key: key, value: []).encodedSize + KeyValueBatch.headSize
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    try batch.append(.put(key: key, value: [UInt8](repeating: 7, count: (geometry.bodySizeMax - overhead) / 8 * 8)))
    return batch.body
  }
}
