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
    let opening = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
      .connectTimeout(TimeAmount(timeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let decoder = MessageDecoder(for: .client, messageSizeMax: MessageHeader.sizeLimit)
          try channel.pipeline.syncOperations.addHandlers(
            MessageFraming(decoder, unansweredMax: nil), ClientConnection(callsMax: callsMax))
        }
      }
    do {
      let channel = try await opening.connect(to: address.socketAddress()).get()
      let connection = try await channel.eventLoop.submit {
        let handler = try channel.pipeline.syncOperations.handler(type: ClientConnection.self)
        return NIOLoopBound(handler, eventLoop: channel.eventLoop)
      }.get()
      return Client(id: id, timeout: timeout, channel: channel, connection: connection)
    } catch {
      throw reason(error)
    }
  }

  private static func reason(_ error: any Error) -> ClientError {
    if case .connectTimeout = error as? ChannelError { return .timeout }
    guard let error = error as? IOError else { return .unreachable("\(error)") }
    let errno = Errno(rawValue: error.errnoCode)
    return errno == .connectionRefused ? .connectionRefused : .unreachable(errno.description)
  }
}
