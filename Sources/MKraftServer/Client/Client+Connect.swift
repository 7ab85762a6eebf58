internal import MKraftFormat
internal import NIOCore
internal import NIOPosix
internal import SystemPackage

extension Client {
  /// Connects to a numeric address.
  ///
  /// - Parameters:
  ///   - timeout: how long to wait for the connection, and then for the answer of each call.
  ///   - id: the id under which requests without a session are sent, not 0.
  public static func connect(
    to address: NetworkAddress, timeout: Duration = Client.defaultTimeout, id: UInt128 = Client.randomID()
  ) async throws(ClientError) -> Client {
    precondition(id != 0, "a client id is not 0")
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    do {
      let socketAddress = try address.socketAddress()
      let (channel, connection) = try await loop.flatSubmit { opening(socketAddress, on: loop, timeout) }.get()
      return Client(id: id, timeout: timeout, channel: channel, connection: connection)
    } catch {
      throw reason(error)
    }
  }

  /// On the loop: connects with a handler that is known from the beginning, since a channel that fails loses its handlers.
  private static func opening(
    _ address: SocketAddress, on loop: any EventLoop, _ timeout: Duration
  ) -> EventLoopFuture<(any Channel, NIOLoopBound<ClientConnection>)> {
    let connection = NIOLoopBound(ClientConnection(callsMax: callsMax), eventLoop: loop)
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(timeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let decoder = MessageDecoder(for: .client, messageSizeMax: MessageHeader.sizeLimit)
          try channel.pipeline.syncOperations.addHandlers(
            MessageFraming(decoder, unansweredMax: nil), connection.value)
        }
      }
    return bootstrap.connect(to: address).map { ($0, connection) }
  }

  private static func reason(_ error: any Error) -> ClientError {
    if case .connectTimeout = error as? ChannelError { return .timeout }
    guard let error = error as? IOError else { return .unreachable("\(error)") }
    let errno = Errno(rawValue: error.errnoCode)
    return errno == .connectionRefused ? .connectionRefused : .unreachable(errno.description)
  }
}
