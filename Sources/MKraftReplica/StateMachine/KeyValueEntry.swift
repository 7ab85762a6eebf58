internal import MKraftFormat

/// A key and its value in the map.
struct KeyValueEntry {
  let key: [UInt8]
  var value: [UInt8]

  /// How this entry's key stands to `other`.
  func order(to other: RawSpan) -> KeyValueKeyOrder {
    KeyValueKeyOrder(key.rawSpan, other)
  }
}
