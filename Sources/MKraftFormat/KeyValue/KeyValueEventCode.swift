/// What an event of a batch does.
public enum KeyValueEventCode: UInt8, Sendable, CaseIterable {
  /// Sets the value of a key, whether or not it has one.
  case put = 1
  /// Reads the value of a key.
  case get = 2
  /// Removes a key and its value.
  case delete = 3
  /// Sets the value of a key if it is as expected.
  case compareAndSet = 4
  /// Reads pairs in the order of their keys.
  case scan = 5

  /// Whether the event changes nothing.
  public var isReadOnly: Bool {
    self == .get || self == .scan
  }
}
