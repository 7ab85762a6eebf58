/// A key and its value, with bytes of their own.
public struct KeyValuePair: Equatable, Sendable {
  /// The key, 1 to `KeyValueBatch.keySizeMax` bytes.
  public let key: [UInt8]
  /// The value.
  public let value: [UInt8]

  /// A pair of `key` and `value`.
  public init(key: [UInt8], value: [UInt8]) {
    self.key = key
    self.value = value
  }
}
