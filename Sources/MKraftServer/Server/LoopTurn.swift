internal import Glibc
internal import MKraftStorage
internal import NIOCore
internal import NIOPosix

/// Lets the loop look at its sockets before it goes on with us. A task that is handed to the loop does not: tasks are
/// run until there are none. So we signal ourselves through an event descriptor, which is looked at together with the
/// sockets.
final class LoopTurn: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let loop: any EventLoop
  private let event: EventDescriptor
  private var next: (() -> Void)?

  private init(_ loop: any EventLoop, _ event: EventDescriptor) {
    self.loop = loop
    self.event = event
  }

  /// Runs `body` when all that has arrived by now is taken.
  func next(_ body: @escaping () -> Void) {
    precondition(next == nil, "one at a time")
    next = body
    event.signal()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let body = next else { return }
    next = nil
    // Sockets that were ready at the same time may come after us.
    context.eventLoop.assumeIsolated().execute(body)
  }

  static func make(on loop: any EventLoop) -> EventLoopFuture<NIOLoopBound<LoopTurn>> {
    loop.makeCompletedFuture {
      let event = try EventDescriptor()
      return (NIOLoopBound(LoopTurn(loop, event), eventLoop: loop), try event.duplicate())
    }.flatMap { (turn: NIOLoopBound<LoopTurn>, descriptor: Int32) in
      EventDescriptor.watch(descriptor, on: loop, turn.value).map { turn }
    }
  }
}
