/// What a compare-and-set demands of its key.
public enum KeyValueExpectation: UInt8, Sendable, CaseIterable {
  /// The key must have no value.
  case absent = 0
  /// The key must have exactly the expected value.
  case equal = 1
}
