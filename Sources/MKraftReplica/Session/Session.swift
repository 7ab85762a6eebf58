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
  /// The result of that request.
  var result: [UInt8] = []
}
