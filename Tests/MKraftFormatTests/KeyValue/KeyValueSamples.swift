import MKraftFormat

/// One batch with every kind of event, and its bytes as the tables of the encoding have them, laid out by hand.
enum KeyValueSamples {
  static let events: [KeyValueEvent] = [
    .put(key: [0x61], value: [0x01, 0x02]),
    .get(key: [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68]),
    .delete(key: [0x7A]),
    .compareAndSet(key: [0x6B], expected: [0x01, 0x02, 0x03], value: [0x04]),
    .scan(start: [0x61], end: [0x7A, 0x7A], limit: 258),
  ]
  /// Where each event of `body` begins, and where its padding does.
  static let offsets = [8, 48, 88, 128, 168]
  static let paddings = [43..<48, 88..<88, 121..<128, 165..<168, 203..<208]
  static let body: [UInt8] =
    [5, 0, 0, 0, 0, 0, 0, 0]
    + [1, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + zeros16 + [0x61, 0x01, 0x02, 0, 0, 0, 0, 0]
    + [2, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + zeros16 + [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68]
    + [3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + zeros16 + [0x7A, 0, 0, 0, 0, 0, 0, 0]
    + [4, 1, 1, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0] + zeros16 + [0x6B, 0x01, 0x02, 0x03, 0x04, 0, 0, 0]
    + [5, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 1, 0, 0] + zeros16 + [0x61, 0x7A, 0x7A, 0, 0, 0, 0, 0]

  static let results: [KeyValueResult] = [
    KeyValueResult(.ok),
    KeyValueResult(.ok, value: [0x09]),
    KeyValueResult(.notFound),
    KeyValueResult(.conditionFailed, current: .included, value: [0x07, 0x08]),
    KeyValueResult(
      .ok, pairs: [KeyValuePair(key: [0x61], value: [0x01, 0x02]), KeyValuePair(key: [0x62], value: [])], more: true),
  ]
  /// Where each result of `resultBody` begins, its paddings, and where its two pairs begin.
  static let resultOffsets = [8, 24, 48, 64, 88]
  static let resultPaddings = [41..<48, 82..<88, 115..<120, 129..<136]
  static let pairOffsets = [104, 120]
  static let resultBody: [UInt8] =
    [5, 0, 0, 0, 0, 0, 0, 0]
    + zeros16
    + [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [0x09, 0, 0, 0, 0, 0, 0, 0]
    + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    + [2, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [0x07, 0x08, 0, 0, 0, 0, 0, 0]
    + [0, 1, 0, 0, 32, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    + [1, 0, 0, 0, 2, 0, 0, 0] + [0x61, 0x01, 0x02, 0, 0, 0, 0, 0]
    + [1, 0, 0, 0, 0, 0, 0, 0] + [0x62, 0, 0, 0, 0, 0, 0, 0]

  private static let zeros16 = [UInt8](repeating: 0, count: 16)
}
