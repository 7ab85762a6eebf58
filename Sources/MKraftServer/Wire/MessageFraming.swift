internal import MKraftFormat
package import NIOCore

/// The channel handler between a connection's bytes and its messages.
///
/// It stops taking messages, and stops reading from the socket, while `unansweredMax` messages wait for their answers or while
/// the peer does not read what it was sent. So a connection makes us hold at most one message and one burst of the socket.
/// A message is answered by writing one that carries its header's checksum; the same message again, before that, counts once.
///
/// A defect is passed on as an error (`FramingDefect`), once, and nothing that comes after it is looked at.
package final class MessageFraming: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = InboundMessage
  package typealias OutboundIn = OutboundMessage
  package typealias OutboundOut = ByteBuffer

  /// An outbound event: take nothing more, and close when everything written has been handed to the system.
  package struct CloseWhenSent: Sendable {
    package init() {}
  }

  private var decoder: MessageDecoder
  private let unansweredMax: Int
  private let isCounting: Bool
  /// Checksums of the headers of messages that wait for their answers.
  private var unanswered: Set<UInt128> = []
  /// The socket is to be read as soon as there is room again.
  private var isReadHeld = false
  private var isResumeScheduled = false
  /// The stream has lost its frame, or is gone.
  private var isBroken = false

  /// `unansweredMax` nil: no bound, for the side whose own requests bound the answers.
  package init(_ decoder: MessageDecoder, unansweredMax: Int?) {
    self.decoder = decoder
    self.unansweredMax = unansweredMax ?? .max
    isCounting = unansweredMax != nil
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isBroken else { return }
    decoder.append(unwrapInboundIn(data))
    takeMessages(context)
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { scheduleResume(context) }
    context.fireChannelWritabilityChanged()
  }

  package func channelInactive(context: ChannelHandlerContext) {
    isBroken = true
    context.fireChannelInactive()
  }

  package func read(context: ChannelHandlerContext) {
    guard isOpen(context) else {
      isReadHeld = true
      return
    }
    isReadHeld = false
    context.read()
  }

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let message = unwrapOutboundIn(data)
    if unanswered.count == unansweredMax { scheduleResume(context) }
    unanswered.remove(message.header.requestChecksum)
    context.write(wrapOutboundOut(message.encoded(context.channel.allocator)), promise: promise)
  }

  package func triggerUserOutboundEvent(
    context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
  ) {
    guard event is CloseWhenSent else { return context.triggerUserOutboundEvent(event, promise: promise) }
    isBroken = true
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: promise) }
    // Written after everything else, so it is complete when that is.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
  }

  private func isOpen(_ context: ChannelHandlerContext) -> Bool {
    !isBroken && unanswered.count < unansweredMax && context.channel.isWritable
  }

  private func takeMessages(_ context: ChannelHandlerContext) {
    do throws(FramingDefect) {
      while isOpen(context), let message = try decoder.next() {
        if isCounting { unanswered.insert(message.header.checksum) }
        context.fireChannelRead(wrapInboundOut(message))
      }
    } catch {
      isBroken = true
      context.fireErrorCaught(error)
    }
  }

  /// Goes on in a later turn of the loop, so that one connection neither starves the others nor re-enters the replica.
  private func scheduleResume(_ context: ChannelHandlerContext) {
    guard !isResumeScheduled else { return }
    isResumeScheduled = true
    context.eventLoop.assumeIsolated().execute { self.resume(context) }
  }

  private func resume(_ context: ChannelHandlerContext) {
    isResumeScheduled = false
    guard isOpen(context) else { return }
    takeMessages(context)
    context.fireChannelReadComplete()
    if isReadHeld { read(context: context) }
  }
}
