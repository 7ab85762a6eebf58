internal import MKraftFormat
package import NIOCore

/// Cuts a connection's bytes into verified messages.
///
/// It holds no more than what was appended and not yet taken, and asks for no memory ahead of bytes that have arrived: a header
/// that announces a large body costs nothing until the body comes. After it has thrown, the stream has lost its frame: close it.
package struct MessageDecoder {
  /// Largest message taken, header and body, in bytes.
  package let messageSizeMax: Int
  private let side: ConnectionSide
  private var buffer = ByteBuffer()
  /// The header whose body has not arrived in full.
  private var header: MessageHeader?

  package init(for side: ConnectionSide, messageSizeMax: Int) {
    precondition(messageSizeMax >= MessageHeader.byteCount, "a message has a header")
    self.side = side
    self.messageSizeMax = messageSizeMax
  }

  /// Bytes that arrived and are not part of a message taken yet.
  package var bufferedByteCount: Int { buffer.readableBytes }

  package mutating func append(_ bytes: ByteBuffer) {
    guard buffer.readableBytes > 0 else {
      buffer = bytes
      return
    }
    buffer.discardReadBytes()
    buffer.writeImmutableBuffer(bytes)
  }

  /// The next message, or nil until more bytes have been appended.
  package mutating func next() throws(FramingDefect) -> InboundMessage? {
    if header == nil { header = try nextHeader() }
    guard let header, let body = buffer.readSlice(length: header.bodyByteCount) else { return nil }
    guard header.matches(body: body.readableBytesSpan) else { throw .message(.bodyChecksumMismatch) }
    self.header = nil
    return InboundMessage(header, body)
  }

  private mutating func nextHeader() throws(FramingDefect) -> MessageHeader? {
    guard buffer.readableBytes >= MessageHeader.byteCount else { return nil }
    let header: MessageHeader
    do throws(MessageDefect) {
      header = try MessageHeader(decoding: buffer.readableBytesSpan)
    } catch {
      throw .message(error)
    }
    let size = Int(header.size)
    guard size <= messageSizeMax else { throw .tooLarge(byteCount: size, limit: messageSizeMax) }
    guard side.takes(header.command) else { throw .commandUnexpected(header.command) }
    buffer.moveReaderIndex(forwardBy: MessageHeader.byteCount)
    return header
  }
}
