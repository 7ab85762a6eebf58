import MKraftFormat
import MKraftServer
import NIOCore
import NIOEmbedded
import Testing

@Suite struct MessageFramingTests {
  /// Counts how often the socket would have been read.
  private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var count = 0

    func read(context: ChannelHandlerContext) {
      count += 1
      context.read()
    }
  }

  private let reads = ReadCounter()

  private func channel(unansweredMax: Int?) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    let framing = MessageFraming(MessageDecoder(for: .server, messageSizeMax: 4096), unansweredMax: unansweredMax)
    try channel.pipeline.syncOperations.addHandlers(reads, framing)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    return channel
  }

  private func takeAll(_ channel: EmbeddedChannel) throws -> [InboundMessage] {
    var messages: [InboundMessage] = []
    while let message = try channel.readInbound(as: InboundMessage.self) { messages.append(message) }
    return messages
  }

  @Test func itTakesNoMoreThanMayBeUnanswered() throws {
    let channel = try channel(unansweredMax: 3)
    try channel.writeInbound(ByteBuffer(bytes: (0..<10).flatMap { Messages.request([], number: $0).bytes }))
    let first = try takeAll(channel)
    #expect(first.map(\.header.request) == [0, 1, 2])
    try channel.writeOutbound(Messages.answer(.reply, to: first[1].header))
    channel.embeddedEventLoop.run()
    #expect(try takeAll(channel).map(\.header.request) == [3])
    #expect(try channel.readOutbound(as: ByteBuffer.self)?.readableBytes == 256)
  }

  @Test func theSocketIsNotReadWhileTooManyWait() throws {
    let channel = try channel(unansweredMax: 1)
    try channel.writeInbound(ByteBuffer(bytes: Messages.ping(1).bytes))
    let ping = try #require(try takeAll(channel).first)
    let before = reads.count
    channel.read()
    #expect(reads.count == before)
    try channel.writeOutbound(Messages.answer(.pongClient, to: ping.header))
    channel.embeddedEventLoop.run()
    #expect(reads.count == before + 1)
  }

  @Test func theSameRequestAgainWaitsForTheSameAnswer() throws {
    let channel = try channel(unansweredMax: 2)
    let request = Messages.request([4])
    try channel.writeInbound(ByteBuffer(bytes: request.bytes + request.bytes + Messages.ping(1).bytes))
    #expect(try takeAll(channel).count == 3)
  }

  @Test func anAnswerToNothingMakesNoRoom() throws {
    let channel = try channel(unansweredMax: 1)
    try channel.writeInbound(ByteBuffer(bytes: Messages.ping(1).bytes + Messages.ping(2).bytes))
    try channel.writeOutbound(Messages.answer(.pongClient, to: Messages.ping(3).header))
    channel.embeddedEventLoop.run()
    #expect(try takeAll(channel).map(\.header.echo) == [1])
  }

  @Test func nothingIsTakenWhileThePeerDoesNotRead() throws {
    let channel = try channel(unansweredMax: 8)
    channel.isWritable = false
    try channel.writeInbound(ByteBuffer(bytes: Messages.ping(1).bytes))
    #expect(try takeAll(channel).isEmpty)
    let before = reads.count
    channel.read()
    #expect(reads.count == before)
    channel.isWritable = true
    channel.pipeline.fireChannelWritabilityChanged()
    channel.embeddedEventLoop.run()
    #expect(try takeAll(channel).map(\.header.echo) == [1])
    #expect(reads.count == before + 1)
  }

  @Test func nothingAfterADefectIsLookedAt() throws {
    let channel = try channel(unansweredMax: 8)
    let garbage = [UInt8](repeating: 0, count: 256)
    #expect(throws: FramingDefect.message(.kindMismatch(0))) { try channel.writeInbound(ByteBuffer(bytes: garbage)) }
    try channel.writeInbound(ByteBuffer(bytes: Messages.ping(1).bytes))
    #expect(try takeAll(channel).isEmpty)
  }

  @Test func withoutABoundEverythingIsTaken() throws {
    let channel = try channel(unansweredMax: nil)
    try channel.writeInbound(ByteBuffer(bytes: (0..<200).flatMap { Messages.ping($0).bytes }))
    #expect(try takeAll(channel).count == 200)
  }
}
