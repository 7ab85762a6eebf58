internal import MKraftFormat

/// A client's session: what makes a request executed at most once. It depends on the log alone.
struct Session {
  let client: UInt128
  /// The session's number: op of the entry that opened it.
  let number: UInt64
  /// Last request executed; 0 before the first.
  var request: UInt64 = 0
  /// Checksum of that request's header.
  var requestChecksum: UInt128
  /// Op of that request; of the `register` before the first.
  var op: UInt64
  var timestamp: UInt64
  var operation: UInt8
  /// Release of that entry.
  var release: UInt32
  /// The result of that request.
  var result: [UInt8] = []
  /// The header of the reply as it is stored; nil until a checkpoint asks for it.
  var storedReply: ReplyHeader?

  /// A new session, by its register.
  init(registeredBy header: PrepareHeader) {
    client = header.client
    number = header.op
    requestChecksum = header.requestChecksum
    op = header.op
    timestamp = header.timestamp
    operation = header.operation
    release = header.release
  }

  /// A session as a checkpoint has it.
  init(_ record: SessionRecord, _ reply: ReplyHeader?, result: [UInt8]) {
    client = record.client
    number = record.session
    request = record.request
    requestChecksum = record.requestChecksum
    op = record.op
    timestamp = record.timestamp
    operation = record.operation
    release = reply?.release ?? 0
    self.result = result
    storedReply = reply
  }

  /// Moves on to the request of an entry.
  mutating func executed(_ header: PrepareHeader, result: [UInt8]) {
    request = header.request
    requestChecksum = header.requestChecksum
    op = header.op
    timestamp = header.timestamp
    operation = header.operation
    release = header.release
    self.result = result
    storedReply = nil
  }

  /// The header of the reply as it is stored.
  mutating func sealReply(cluster: UInt128) -> ReplyHeader {
    if let storedReply { return storedReply }
    var header = ReplyHeader()
    header.bodyChecksum = Checksum.of(result.rawSpan, as: .replyBody)
    header.cluster = cluster
    header.client = client
    header.requestChecksum = requestChecksum
    header.op = op
    header.session = number
    header.request = request
    header.timestamp = timestamp
    header.size = UInt32(ReplyHeader.byteCount + result.count)
    header.release = release
    header.operation = operation
    header.seal()
    storedReply = header
    return header
  }

  /// The session as a checkpoint records it. Its reply must have been sealed.
  var record: SessionRecord {
    guard let storedReply else { preconditionFailure("a reply is sealed before its session is recorded") }
    var record = SessionRecord()
    record.client = client
    record.requestChecksum = requestChecksum
    record.replyChecksum = storedReply.checksum
    record.session = number
    record.request = request
    record.op = op
    record.timestamp = timestamp
    record.replySize = storedReply.size
    record.operation = operation
    return record
  }
}
