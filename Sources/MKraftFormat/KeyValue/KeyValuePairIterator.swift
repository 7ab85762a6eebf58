/// Hands out the pairs of a validated scan result in the order of their keys.
public struct KeyValuePairIterator: ~Escapable {
  private let bytes: RawSpan
  private var offset = 0
  private var remaining: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, count: Int) {
    self.bytes = bytes
    remaining = count
  }

  /// The next pair, or nil after the last.
  @_lifetime(copy self)
  public mutating func next() -> KeyValuePairView? {
    guard remaining > 0 else { return nil }
    let header = KeyValuePairHeader(bytes, at: offset)
    let key = offset + KeyValueBatch.pairHeaderSize
    let value = key + header.keySize
    let end = offset + header.size
    offset += KeyValueBatch.padded(header.size)
    remaining -= 1
    return KeyValuePairView(key: bytes.extracting(key..<value), value: bytes.extracting(value..<end))
  }
}
