import MKraftServer
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A connection that sends any bytes, and keeps those that come back.
final class RawConnection: Sendable {
  private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let received = Mutex<[UInt8]>([])

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data).readableBytesView
      received.withLock { $0 += bytes }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  private let channel: any Channel
  private let collector = Collector()

  /// `isReading` false: never takes what the server sends.
  init(to address: NetworkAddress, isReading: Bool = true) async throws {
    let collector = collector
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: isReading)
      .channelInitializer { $0.pipeline.addHandler(collector) }
      .connect(to: address.socketAddress()).get()
  }

  /// Sends bytes; a connection that the server has closed meanwhile is no error.
  func send(_ bytes: [UInt8]) async {
    try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  /// Waits until the server has closed the connection, and gives what had come. A server that leaves it open fails the test.
  func closed() async -> [UInt8] {
    let channel = channel
    let patience = channel.eventLoop.scheduleTask(in: .seconds(20)) {
      Issue.record("the server did not close the connection")
      channel.close(promise: nil)
    }
    defer { patience.cancel() }
    try? await channel.closeFuture.get()
    return collector.received.withLock { $0 }
  }

  func close() async {
    try? await channel.close().get()
  }
}
