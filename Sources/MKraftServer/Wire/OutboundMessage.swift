package import MKraftFormat
package import NIOCore

/// A message to send; its header is sealed over this very body.
package struct OutboundMessage: Sendable {
  package var header: MessageHeader
  package var body: [UInt8]

  package init(_ header: MessageHeader, body: [UInt8]) {
    precondition(Int(header.size) == MessageHeader.byteCount + body.count, "the header is sealed over its body")
    self.header = header
    self.body = body
  }

  package var byteCount: Int { Int(header.size) }

  package func encoded(_ allocator: ByteBufferAllocator = ByteBufferAllocator()) -> ByteBuffer {
    var buffer = allocator.buffer(capacity: byteCount)
    buffer.writeRepeatingByte(0, count: MessageHeader.byteCount)
    encodeHeader(into: &buffer)
    buffer.writeBytes(body)
    return buffer
  }

  private func encodeHeader(into buffer: inout ByteBuffer) {
    var bytes = buffer.mutableReadableBytesSpan
    header.encode(into: &bytes)
  }
}
