internal import Synchronization

/// A client session: its requests are numbered, so that one whose answer was lost can be sent again and is executed once.
///
/// One request at a time. When a call ends without an answer (`timeout`, `connectionLost`, `malformed`), it is not known whether
/// the request was executed; it stays in `state` as unanswered, and must be sent again with `retry()`, here or on another
/// connection (`Client.resume`), or given up with `abandon()`, before the next one.
public final class Session: Sendable {
  private struct Guarded {
    var state: SessionState
    var isWaiting = false
  }

  private let client: Client
  private let guarded: Mutex<Guarded>

  init(_ state: SessionState, on client: Client) {
    self.client = client
    guarded = Mutex(Guarded(state: state))
  }

  /// The session as it is now; a request under way is in it as unanswered.
  public var state: SessionState { guarded.withLock { $0.state } }

  /// Executes a batch as the session's next request.
  public func execute(_ batch: [UInt8], timeout: Duration? = nil) async throws(ClientError) -> Reply {
    let state = try begin { (state) throws(ClientError) in
      guard state.unanswered == nil else { throw .requestUnanswered }
      state.unanswered = SessionState.Unanswered(body: batch, attempts: 0)
    }
    return try await send(state, timeout)
  }

  /// Sends the unanswered request again, with the same number and bytes: it is executed if it was not yet, and answered
  /// in either case.
  public func retry(timeout: Duration? = nil) async throws(ClientError) -> Reply {
    let state = try begin { (state) throws(ClientError) in
      guard state.unanswered != nil else { throw .nothingUnanswered }
    }
    return try await send(state, timeout)
  }

  /// Gives up the unanswered request, which may have been executed or may still be. The next request gets the next number.
  public func abandon() throws(ClientError) {
    try guarded.withLock { (guarded) throws(ClientError) in
      guard !guarded.isWaiting else { throw .sessionInUse }
      guard guarded.state.unanswered != nil else { throw .nothingUnanswered }
      guarded.state.unanswered = nil
      guarded.state.nextRequest += 1
    }
  }

  private func begin(_ change: (inout SessionState) throws(ClientError) -> Void) throws(ClientError) -> SessionState {
    try guarded.withLock { (guarded) throws(ClientError) in
      guard !guarded.isWaiting else { throw .sessionInUse }
      try change(&guarded.state)
      guarded.state.unanswered?.attempts += 1
      guarded.isWaiting = true
      return guarded.state
    }
  }

  private func send(_ state: SessionState, _ timeout: Duration?) async throws(ClientError) -> Reply {
    do throws(ClientError) {
      let body = state.unanswered?.body ?? []
      let reply = try await client.execute(body, number: state.nextRequest, of: state, timeout: timeout)
      end { state in
        state.unanswered = nil
        state.nextRequest += 1
      }
      return reply
    } catch {
      end { if Self.provesNotExecuted(error, $0) { $0.unanswered = nil } }
      throw error
    }
  }

  private func end(_ change: (inout SessionState) -> Void) {
    guarded.withLock { guarded in
      change(&guarded.state)
      guarded.isWaiting = false
    }
  }

  /// A request that was refused, or never sent, at its only attempt was not executed, and its number is free. What happens to
  /// a later attempt says nothing of the first one.
  private static func provesNotExecuted(_ error: ClientError, _ state: SessionState) -> Bool {
    guard state.unanswered?.attempts == 1 else { return false }
    switch error {
    case .refused, .refusedUnknown, .bodyTooLarge, .tooManyCalls: return true
    default: return false
    }
  }
}
