/// The order of keys: byte by byte as unsigned numbers; a key that is the beginning of another comes before it.
public enum KeyValueKeyOrder: Sendable {
  case before, same, after

  /// How `left` stands to `right`.
  public init(_ left: RawSpan, _ right: RawSpan) {
    let common = min(left.byteCount, right.byteCount)
    var offset = 0
    while common - offset >= 8 {
      // As big-endian numbers, eight bytes compare as they do one by one.
      let (a, b): (UInt64, UInt64) = (left.load(fromByteOffset: offset), right.load(fromByteOffset: offset))
      guard a == b else {
        self = a.byteSwapped < b.byteSwapped ? .before : .after
        return
      }
      offset += 8
    }
    while offset < common {
      let (a, b): (UInt8, UInt8) = (left.load(fromByteOffset: offset), right.load(fromByteOffset: offset))
      guard a == b else {
        self = a < b ? .before : .after
        return
      }
      offset += 1
    }
    guard left.byteCount != right.byteCount else {
      self = .same
      return
    }
    self = left.byteCount < right.byteCount ? .before : .after
  }
}
