import MKraftReplica
import MKraftServer
import MKraftStorage
import Synchronization

/// A server that runs in a task of its own, until it is stopped.
final class RunningServer: Sendable {
  let server = ReplicaServer()
  let address: NetworkAddress
  private let events: AsyncStream<ServerEvent>
  private let seen: Mutex<[ServerEvent]>
  private let task: Task<ServerResult, Never>

  /// Starts a fake replica and waits until it is ready.
  static func fake(
    _ record: FakeReplica.Record = FakeReplica.Record(), limits: ServerLimits = ServerLimits(),
    storage: any Storage = MemoryStorage(byteCount: 4096)
  ) async throws -> RunningServer {
    try await RunningServer { server, emit in
      await server.run(
        FakeReplica(record), storage: storage, messageSizeMax: FakeReplica.messageSize, ioThreads: 2,
        listen: .loopback, limits: limits, events: emit)
    }
  }

  /// Starts `run` and waits until it is ready.
  init(
    _ run: @escaping @Sendable (ReplicaServer, @escaping @Sendable (ServerEvent) -> Void) async -> ServerResult
  ) async throws {
    let (events, continuation) = AsyncStream.makeStream(of: ServerEvent.self)
    let server = server
    task = Task(executorPreference: OwnThreads.Threads.shared) {
      let result = await run(server) { continuation.yield($0) }
      continuation.finish()
      return result
    }
    var address: NetworkAddress?
    var seen: [ServerEvent] = []
    for await event in events {
      seen.append(event)
      if case .listening(let bound) = event { address = bound }
      if event == .ready { break }
    }
    guard let address, seen.last == .ready else {
      // The server ended by itself, or the test's time is over: then nobody else stops it, and this would wait for ever.
      server.requestStop()
      throw NeverReady(result: "\(await task.value)")
    }
    self.address = address
    self.events = events
    self.seen = Mutex(seen)
  }

  struct NeverReady: Error {
    var result: String
  }

  /// The next note. Hangs if none ever comes.
  func note() async -> String? {
    for await event in events {
      seen.withLock { $0.append(event) }
      if case .note(let text) = event { return text }
    }
    return nil
  }

  /// All notes of the run; only when it has ended.
  func notes() async -> [String] {
    for await event in events { seen.withLock { $0.append(event) } }
    return seen.withLock { $0 }.compactMap { if case .note(let text) = $0 { text } else { nil } }
  }

  func result() async -> ServerResult { await task.value }

  /// Stops cleanly; false if the server ended otherwise.
  func stop() async -> Bool {
    server.requestStop()
    if case .stopped = await task.value { return true }
    return false
  }
}
