internal import MKraftStorage
internal import NIOCore
internal import NIOPosix

extension EventDescriptor {
  /// Makes a channel of the loop of an event descriptor, which it takes over: `handler` gets a read for each time it
  /// was signalled.
  static func watch(
    _ descriptor: Int32, on loop: any EventLoop, _ handler: some ChannelInboundHandler
  ) -> EventLoopFuture<Void> {
    let handler = NIOLoopBound(handler, eventLoop: loop)
    return NIOPipeBootstrap(group: loop)
      // What is read is a number of 8 bytes. A read that does not fill its buffer is the last one.
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
      }
      .takingOwnershipOfDescriptor(input: descriptor)
      .map { _ in }
  }
}
