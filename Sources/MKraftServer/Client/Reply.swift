internal import MKraftFormat
internal import NIOCore

/// The answer to a request that was executed.
public struct Reply: Sendable, Equatable {
  /// Op of the log entry that the request became; of a read, the op whose state it saw.
  public var op: UInt64
  /// Highest committed op that the replica knew.
  public var commit: UInt64
  public var term: UInt64
  /// Of the entry, nanoseconds since 1970 UTC.
  public var timestamp: UInt64
  public var session: UInt64
  public var request: UInt64
  /// The results of the batch.
  public var body: [UInt8]

  init(_ message: InboundMessage) {
    op = message.header.op
    commit = message.header.commit
    term = message.header.term
    timestamp = message.header.timestamp
    session = message.header.session
    request = message.header.request
    body = Array(message.body.readableBytesView)
  }
}
