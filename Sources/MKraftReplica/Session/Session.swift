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
  /// The record of the session at the last checkpoint, if nothing was executed since: its reply stays as it is stored, even if
  /// it could not be read.
  private(set) var record: SessionRecord?

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
  init(_ record: SessionRecord, release: UInt32, result: [UInt8]) {
    client = record.client
    number = record.session
    request = record.request
    requestChecksum = record.requestChecksum
    op = record.op
    timestamp = record.timestamp
    operation = record.operation
    self.release = release
    self.result = result
    self.record = record
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
    record = nil
  }

  /// Records the session for a checkpoint.
  /// - Returns: the header of its reply, if that is to be stored.
  mutating func seal(cluster: UInt128) -> ReplyHeader? {
    guard record == nil else { return nil }
    var record = SessionRecord()
    record.client = client
    record.requestChecksum = requestChecksum
    record.session = number
    record.request = request
    record.op = op
    record.timestamp = timestamp
    record.replySize = UInt32(ReplyHeader.byteCount + result.count)
    record.operation = operation
    let reply = record.replyHeader(
      cluster: cluster, release: release, bodyChecksum: Checksum.of(result.rawSpan, as: .replyBody))
    record.replyChecksum = reply.checksum
    self.record = record
    return reply
  }
}
