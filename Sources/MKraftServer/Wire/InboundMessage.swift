package import MKraftFormat
package import NIOCore

/// A message that arrived whole, its header and body verified.
package struct InboundMessage: Sendable {
  package var header: MessageHeader
  package var body: ByteBuffer

  package init(_ header: MessageHeader, _ body: ByteBuffer) {
    self.header = header
    self.body = body
  }
}
