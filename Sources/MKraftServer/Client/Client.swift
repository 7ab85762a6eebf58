internal import MKraftFormat
internal import NIOCore
internal import Synchronization

/// A connection to a replica. Calls may be made from any task, many at once: they are pipelined on the one connection.
///
/// Every call ends: with an answer, or with an error when the connection is lost or the time is over. Making the connection does
/// not speak to the replica yet; its cluster and its largest message are asked for before the first request.
public final class Client: Sendable {
  /// Most calls of one connection that wait for their answers.
  public static let callsMax = 4096
  public static let defaultTimeout = Duration.seconds(10)

  /// What must be known of a replica before it can be sent a request.
  private struct Peer {
    var cluster: UInt128
    var bodySizeMax: Int
  }

  /// The id under which requests without a session are sent.
  public let id: UInt128
  /// How long each call waits for its answer, unless told otherwise.
  public let timeout: Duration
  private let channel: any Channel
  private let connection: NIOLoopBound<ClientConnection>
  private let peer = Mutex<Peer?>(nil)
  /// Number of the last ping or read.
  private let lastNumber = Atomic<UInt64>(0)

  init(id: UInt128, timeout: Duration, channel: any Channel, connection: NIOLoopBound<ClientConnection>) {
    self.id = id
    self.timeout = timeout
    self.channel = channel
    self.connection = connection
  }

  deinit {
    channel.close(promise: nil)
  }

  /// An id for a client or session: not 0, and never met before.
  public static func randomID() -> UInt128 {
    var generator = SystemRandomNumberGenerator()
    return UInt128.random(in: 1...UInt128.max, using: &generator)
  }

  /// Ends the connection; calls that wait fail with `connectionLost`.
  public func close() async {
    channel.close(promise: nil)
    let closed = channel.eventLoop.makePromise(of: Void.self)
    channel.closeFuture.whenComplete { _ in closed.succeed() }
    await closed.futureResult.result()
  }

  /// Asks the replica who it is, who leads, and how far its log goes.
  public func ping(timeout: Duration? = nil) async throws(ClientError) -> Pong {
    var header = MessageHeader(.pingClient, cluster: 0)
    header.client = id
    header.release = FormatVersion.release
    header.echo = nextNumber()
    let start = ContinuousClock.now
    let answer = try await call(header, body: [], timeout: timeout)
    let pong = Pong(answer.header, roundTrip: ContinuousClock.now - start)
    let bodySizeMax = max(0, Int(pong.messageSize) - MessageHeader.byteCount)
    peer.withLock { $0 = Peer(cluster: pong.cluster, bodySizeMax: bodySizeMax) }
    return pong
  }

  /// Executes a batch that only reads (get, scan). It needs no session and never enters the log.
  public func read(_ batch: [UInt8], timeout: Duration? = nil) async throws(ClientError) -> Reply {
    var header = try await requestHeader(.keyValue, client: id, bodySize: batch.count, timeout: timeout)
    header.request = nextNumber()
    return Reply(try await call(header, body: batch, timeout: timeout))
  }

  /// Opens a session, under a random client id unless one is given.
  public func register(
    client: UInt128 = Client.randomID(), timeout: Duration? = nil
  ) async throws(ClientError) -> Session {
    precondition(client != 0, "a client id is not 0")
    let header = try await requestHeader(.register, client: client, bodySize: 0, timeout: timeout)
    let answer = try await call(header, body: [], timeout: timeout).header
    let state = SessionState(cluster: header.cluster, client: client, session: answer.session)
    return Session(state, on: self)
  }

  /// Goes on with a session that was opened on another connection, or by another process.
  public func resume(_ state: SessionState) -> Session {
    Session(state, on: self)
  }

  /// Sends a session's request; `number` and `body` of a request sent again must be the same as the first time.
  func execute(
    _ body: [UInt8], number: UInt64, of state: SessionState, timeout: Duration?
  ) async throws(ClientError) -> Reply {
    var header = try await requestHeader(.keyValue, client: state.client, bodySize: body.count, timeout: timeout)
    header.cluster = state.cluster
    header.release = state.release
    header.session = state.session
    header.request = number
    return Reply(try await call(header, body: body, timeout: timeout))
  }

  private func requestHeader(
    _ operation: Operation, client: UInt128, bodySize: Int, timeout: Duration?
  ) async throws(ClientError) -> MessageHeader {
    if peer.withLock({ $0 == nil }) { _ = try await ping(timeout: timeout) }
    guard let peer = peer.withLock({ $0 }) else { throw .connectionLost }
    guard bodySize <= peer.bodySizeMax else { throw .bodyTooLarge(byteCount: bodySize, limit: peer.bodySizeMax) }
    var header = MessageHeader(.request, cluster: peer.cluster)
    header.client = client
    header.release = FormatVersion.release
    header.operation = operation.rawValue
    return header
  }

  private func call(
    _ header: MessageHeader, body: [UInt8], timeout: Duration?
  ) async throws(ClientError) -> InboundMessage {
    var header = header
    header.seal(body: body.rawSpan)
    let message = OutboundMessage(header, body: body)
    let (loop, connection) = (channel.eventLoop, connection)
    let timeout = TimeAmount(timeout ?? self.timeout)
    let answer = await loop.flatSubmit { connection.value.call(message, timeout: timeout, on: loop) }.result()
    return try answer.get()
  }

  private func nextNumber() -> UInt64 {
    lastNumber.add(1, ordering: .relaxed).newValue
  }
}
