/// Hands out the results of a validated batch in order.
public struct KeyValueResultIterator: ~Escapable {
  private let body: RawSpan
  private var offset = KeyValueBatch.headSize
  private var remaining: Int

  @_lifetime(copy body)
  init(_ body: RawSpan, count: Int) {
    self.body = body
    remaining = count
  }

  /// The next result, or nil after the last.
  @_lifetime(copy self)
  public mutating func next() -> KeyValueResultView? {
    guard remaining > 0 else { return nil }
    let header = KeyValueResultHeader(body, at: offset)
    guard let status = KeyValueStatus(rawValue: header.status) else { return nil }
    let start = offset + KeyValueBatch.resultHeaderSize
    offset = start + KeyValueBatch.padded(header.size)
    remaining -= 1
    return KeyValueResultView(body.extracting(start..<start + header.size), status: status, header: header)
  }
}
