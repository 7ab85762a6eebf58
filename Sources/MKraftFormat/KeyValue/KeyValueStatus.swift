/// The outcome of one event.
public enum KeyValueStatus: UInt8, Sendable, CaseIterable {
  /// Done as asked.
  case ok = 0
  /// The key of a get or a delete has no value.
  case notFound = 1
  /// The key of a compare-and-set was not as expected; nothing changed.
  case conditionFailed = 2
  /// What a get, or the first pair of a scan, would return does not fit beside the other results of the batch.
  case resultTooLarge = 3
  /// The replica has no room for the write; nothing changed.
  case noSpace = 4
}
