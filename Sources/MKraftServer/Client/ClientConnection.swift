internal import MKraftFormat
internal import NIOCore

/// The end of a client's pipeline: matches answers to the calls that wait for them. Lives on the connection's event loop.
final class ClientConnection: ChannelInboundHandler {
  typealias InboundIn = InboundMessage
  typealias OutboundOut = OutboundMessage
  typealias Answer = Result<InboundMessage, ClientError>

  private struct Call {
    var promise: EventLoopPromise<Answer>
    var timer: Scheduled<Void>
    /// Of a ping: its number.
    var echo: UInt64?
  }

  private let callsMax: Int
  private var context: ChannelHandlerContext?
  /// Calls that wait, by the checksum of their request's header.
  private var calls: [UInt128: Call] = [:]
  /// The same for pings, by their number.
  private var pings: [UInt64: UInt128] = [:]
  /// Why no more calls are taken.
  private var failure: ClientError?
  private var isFlushScheduled = false

  init(callsMax: Int) {
    self.callsMax = callsMax
  }

  /// Sends `message`; the future never fails.
  func call(_ message: OutboundMessage, timeout: TimeAmount, on loop: any EventLoop) -> EventLoopFuture<Answer> {
    let promise = loop.makePromise(of: Answer.self)
    let key = message.header.checksum
    guard failure == nil, let context else {
      promise.succeed(.failure(failure ?? .connectionLost))
      return promise.futureResult
    }
    guard calls[key] == nil, calls.count < callsMax else {
      promise.succeed(.failure(.tooManyCalls))
      return promise.futureResult
    }
    let timer = loop.assumeIsolated().scheduleTask(in: timeout) { self.answer(key, .failure(.timeout)) }
    let echo = message.header.command == .pingClient ? message.header.echo : nil
    calls[key] = Call(promise: promise, timer: timer, echo: echo)
    if let echo { pings[echo] = key }
    context.write(wrapOutboundOut(message), promise: nil)
    scheduleFlush(context)
    return promise.futureResult
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let message = unwrapInboundIn(data)
    // An answer that nothing waits for any more came after its time.
    guard let key = key(for: message.header) else { return }
    answer(key, result(message))
  }

  func channelInactive(context: ChannelHandlerContext) {
    failAll(.connectionLost)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failAll((error as? FramingDefect).map { .malformed($0.messageDefect) } ?? .connectionLost)
    context.close(promise: nil)
  }

  private func key(for header: MessageHeader) -> UInt128? {
    if header.command == .pongClient { return pings[header.echo] }
    return calls[header.requestChecksum] == nil ? nil : header.requestChecksum
  }

  private func result(_ message: InboundMessage) -> Answer {
    guard message.header.command == .refusal else { return .success(message) }
    guard let refusal = Refusal(rawValue: message.header.status) else {
      return .failure(.refusedUnknown(message.header.status))
    }
    return .failure(.refused(refusal))
  }

  private func answer(_ key: UInt128, _ answer: Answer) {
    guard let call = calls.removeValue(forKey: key) else { return }
    if let echo = call.echo { pings[echo] = nil }
    call.timer.cancel()
    call.promise.succeed(answer)
  }

  private func failAll(_ error: ClientError) {
    if failure == nil { failure = error }
    context = nil
    for key in Array(calls.keys) { answer(key, .failure(error)) }
  }

  /// Requests of one turn of the loop go out together.
  private func scheduleFlush(_ context: ChannelHandlerContext) {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    context.eventLoop.assumeIsolated().execute {
      self.isFlushScheduled = false
      self.context?.flush()
    }
  }
}
