/// What the result of a failed compare-and-set says of the key's value.
public enum KeyValueCurrent: UInt8, Sendable, CaseIterable {
  /// The key has no value (or the result is of another kind).
  case absent = 0
  /// The result carries the key's value.
  case included = 1
  /// The key has a value, but it does not fit beside the other results of the batch.
  case omitted = 2
}
