public import MKraftFormat
internal import Synchronization

/// A session that writes to the key-value store: one batch at a time, each executed at most once.
public final class KeyValueSession: Sendable {
  private let store: KeyValueClient
  private let patience: Patience
  private let session = Mutex<Session?>(nil)

  init(_ store: KeyValueClient, _ patience: Patience) {
    self.store = store
    self.patience = patience
  }

  /// Executes events as one batch, which is one entry of the log; only reading ones never enter it, and need no session. The
  /// first batch that writes opens the session, which is an entry too.
  public func execute(_ events: [KeyValueEvent]) async throws(KeyValueError) -> KeyValueAnswer {
    guard !events.allSatisfy(\.code.isReadOnly) else { return try await store.read(events) }
    let body = try store.batch(events)
    let reply: Reply
    do throws(ClientError) {
      let session = try await opened()
      reply = try await patience.call { () async throws(ClientError) in try await session.execute(body) }
    } catch { throw .client(error) }
    return try KeyValueAnswer(reply, count: events.count)
  }

  private func opened() async throws(ClientError) -> Session {
    if let session = session.withLock({ $0 }) { return session }
    let opened = try await patience.call { () async throws(ClientError) in try await store.client.register() }
    return session.withLock { session in
      session = session ?? opened
      return session ?? opened
    }
  }
}
