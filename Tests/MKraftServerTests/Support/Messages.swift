import MKraftFormat
import MKraftServer
import NIOCore

/// The messages that the tests send, sealed.
enum Messages {
  static func ping(_ echo: UInt64) -> OutboundMessage {
    var header = MessageHeader(.pingClient, cluster: 0)
    header.echo = echo
    return seal(header, [])
  }

  /// `number` makes requests distinct.
  static func request(_ body: [UInt8], number: UInt64 = 1) -> OutboundMessage {
    var header = MessageHeader(.request, cluster: FakeReplica.cluster)
    header.client = 7
    header.operation = Operation.keyValue.rawValue
    header.request = number
    return seal(header, body)
  }

  static func answer(_ command: Command, to request: MessageHeader, body: [UInt8] = []) -> OutboundMessage {
    var header = MessageHeader(command, cluster: request.cluster)
    header.requestChecksum = request.checksum
    return seal(header, body)
  }

  static func seal(_ header: MessageHeader, _ body: [UInt8]) -> OutboundMessage {
    var header = header
    header.seal(body: body.rawSpan)
    return OutboundMessage(header, body: body)
  }
}

extension OutboundMessage {
  var bytes: [UInt8] { Array(encoded().readableBytesView) }
}

extension InboundMessage {
  var bodyBytes: [UInt8] { Array(body.readableBytesView) }
}
