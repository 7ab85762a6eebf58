/// Hands out the events of a validated batch in order.
public struct KeyValueEventIterator: ~Escapable {
  private let body: RawSpan
  private var offset: Int
  private var remaining: Int

  @_lifetime(copy body)
  init(_ body: RawSpan, count: Int) { self.init(body, from: KeyValueBatch.headSize, count: count) }

  /// Goes on where another iterator over the same body stood.
  @_lifetime(copy body)
  package init(_ body: RawSpan, from position: Int, count: Int) {
    self.body = body
    offset = position
    remaining = count
  }

  /// Where the next event begins in the body.
  package var position: Int { offset }

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
