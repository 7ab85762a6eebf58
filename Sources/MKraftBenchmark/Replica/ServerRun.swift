internal import MKraftFormat
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// A server on loopback for as long as something is done with it, and its clean stop.
enum ServerRun {
  /// - Parameters:
  ///   - make: makes the replica, which is started at once.
  ///   - body: what is done when it takes requests.
  static func during<Value: Sendable>(
    _ storage: FileStorage, _ geometry: Geometry, _ choice: Transfers.Choice,
    replica make: @escaping @Sendable () throws -> sending any ServedReplica,
    body: @Sendable (NetworkAddress) async throws -> Value
  ) async throws -> Value {
    let transfers = try Transfers(choice, on: storage, geometry)
    let server = ReplicaServer()
    let (ready, becomesReady) = AsyncStream.makeStream(of: NetworkAddress.self)
    let address = Mutex<NetworkAddress?>(nil)
    let running = Task {
      // Nobody waits for an address that does not come any more.
      defer { becomesReady.finish() }
      return await server.run(
        try make(), storage: storage, transfers: transfers, messageSizeMax: Int(geometry.messageSize),
        ioThreads: Int(geometry.pipeline) + 2 + Grid.readDepth + Grid.writeDepth, listen: .loopback
      ) { event in
        switch event {
        case .listening(let found): address.withLock { $0 = found }
        case .ready: if let found = address.withLock({ $0 }) { becomesReady.yield(found) }
        case .status, .note: break
        }
      }
    }
    var addresses = ready.makeAsyncIterator()
    guard let found = await addresses.next() else { throw BenchmarkError.ended(try await running.value) }
    let value: Value
    do { value = try await body(found) } catch {
      server.requestStop()
      // A replica that has halted tells more than a client that lost it.
      if case .halted(let halt) = try await running.value { throw BenchmarkError.ended(.halted(halt)) }
      throw error
    }
    server.requestStop()
    let result = try await running.value
    guard case .stopped = result else { throw BenchmarkError.ended(result) }
    return value
  }
}
