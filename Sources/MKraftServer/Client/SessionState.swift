internal import MKraftFormat

/// All there is to know of a session, to go on with it on another connection: a value that can be kept anywhere.
public struct SessionState: Sendable, Equatable {
  /// A request whose answer has not come.
  public struct Unanswered: Sendable, Equatable {
    public var body: [UInt8]
    /// How often it was sent. Only while this is 1 does a refusal prove that it was not executed.
    public var attempts: Int

    public init(body: [UInt8], attempts: Int) {
      self.body = body
      self.attempts = attempts
    }
  }

  public var cluster: UInt128
  public var client: UInt128
  /// The session's number: the op that opened it.
  public var session: UInt64
  /// Number of the next request, or of the unanswered one.
  public var nextRequest: UInt64
  public var unanswered: Unanswered?
  /// Release named in the session's requests: a newer client must send an unanswered one again as it was.
  public var release: UInt32

  public init(
    cluster: UInt128, client: UInt128, session: UInt64, nextRequest: UInt64 = 1, unanswered: Unanswered? = nil
  ) {
    self.cluster = cluster
    self.client = client
    self.session = session
    self.nextRequest = nextRequest
    self.unanswered = unanswered
    release = FormatVersion.release
  }
}
