internal import MKraftReplica
internal import NIOCore

/// The end of a client connection's pipeline: hands its messages to the shell, and the shell's answers to it.
final class ServerConnection: ChannelInboundHandler {
  typealias InboundIn = InboundMessage
  typealias OutboundOut = OutboundMessage

  let id: ConnectionID
  private let shell: ReplicaShell
  private var context: ChannelHandlerContext?
  private var isClosing = false
  /// Something was written since the last flush.
  private(set) var needsFlush = false

  init(_ id: ConnectionID, _ shell: ReplicaShell) {
    self.id = id
    self.shell = shell
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    if !shell.opened(self) { close() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosing = true
    self.context = nil
    shell.closed(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    shell.received(unwrapInboundIn(data), from: self)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    shell.flush()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isClosing else { return }
    if let defect = error as? FramingDefect { shell.note("closed the connection of \(peer): \(defect)") }
    close()
  }

  /// The client's address, for notes.
  var peer: String {
    NetworkAddress(context?.remoteAddress)?.description ?? "an unknown client"
  }

  /// Complete when the connection is closed; nil if it is already.
  var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

  /// Writes a message, to be flushed later. A peer that leaves too much unread is closed instead.
  func write(_ message: OutboundMessage, unsentMax: Int) {
    guard !isClosing, let context else { return }
    context.write(wrapOutboundOut(message), promise: nil)
    needsFlush = true
    guard !context.channel.isWritable, unsentByteCount(context) > unsentMax else { return }
    shell.note("closed the connection of \(peer): it does not read its answers, more than \(unsentMax) bytes wait")
    close()
  }

  func flush() {
    needsFlush = false
    context?.flush()
  }

  /// Closes at once; what was not sent yet is dropped.
  func close() {
    isClosing = true
    context?.close(promise: nil)
  }

  /// Closes when everything written has been handed to the system.
  func closeWhenSent() {
    guard !isClosing else { return }
    isClosing = true
    needsFlush = false
    context?.triggerUserOutboundEvent(MessageFraming.CloseWhenSent(), promise: nil)
  }

  private func unsentByteCount(_ context: ChannelHandlerContext) -> Int {
    (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }
}
