/// Hands out the events of a validated batch in order.
public struct KeyValueEventIterator: ~Escapable {
  private let body: RawSpan
  private var offset = KeyValueBatch.headSize
  private var remaining: Int

  @_lifetime(copy body)
  init(_ body: RawSpan, count: Int) {
    self.body = body
    remaining = count
  }

  /// The next event, or nil after the last.
  @_lifetime(copy self)
  public mutating func next() -> KeyValueEventView? {
    guard remaining > 0 else { return nil }
    let header = KeyValueEventHeader(body, at: offset)
    guard let code = KeyValueEventCode(rawValue: header.code) else { return nil }
    let start = offset
    offset += KeyValueBatch.padded(header.size)
    remaining -= 1
    return KeyValueEventView(body.extracting(start..<start + header.size), code: code, header: header)
  }
}
