internal import MKraftStorage
internal import NIOCore

/// The end of the pipeline of a ring's event descriptor: no thread stands between the kernel and the loop.
final class RingEvents: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let deliver: () -> Void

  private init(deliver: @escaping () -> Void) { self.deliver = deliver }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { deliver() }

  /// Calls `deliver` on the loop whenever transfers of the ring are over.
  static func watch(
    _ ring: TransferRing, on loop: any EventLoop, deliver: @escaping () -> Void
  ) -> EventLoopFuture<Void> {
    let handler = NIOLoopBound(RingEvents(deliver: deliver), eventLoop: loop)
    return loop.makeCompletedFuture { try ring.event.duplicate() }.flatMap {
      EventDescriptor.watch($0, on: loop, handler.value)
    }
  }
}
