/// The result of one event, with bytes of its own.
public struct KeyValueResult: Equatable, Sendable {
  /// The outcome.
  public let status: KeyValueStatus
  /// What the result of a failed compare-and-set says of the key's value.
  public let current: KeyValueCurrent
  /// The value that a get found, or the key's value when a compare-and-set failed; empty otherwise.
  public let value: [UInt8]
  /// The pairs that a scan returned.
  public let pairs: [KeyValuePair]
  /// Whether further pairs exist in the range of the scan.
  public let more: Bool

  /// A result; what is not named is as in a result without bytes.
  public init(
    _ status: KeyValueStatus, current: KeyValueCurrent = .absent, value: [UInt8] = [], pairs: [KeyValuePair] = [],
    more: Bool = false
  ) {
    self.status = status
    self.current = current
    self.value = value
    self.pairs = pairs
    self.more = more
  }

  /// Copies a result out of a batch of results.
  public init(copying view: borrowing KeyValueResultView) {
    var pairs: [KeyValuePair] = []
    pairs.reserveCapacity(view.pairCount)
    var iterator = view.pairs
    while let pair = iterator.next() {
      pairs.append(KeyValuePair(key: [UInt8](copying: pair.key), value: [UInt8](copying: pair.value)))
    }
    self.init(
      view.status, current: view.current, value: [UInt8](copying: view.value), pairs: pairs, more: view.more)
  }
}
