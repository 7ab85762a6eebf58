/// The result of one event: a view of its bytes in a validated batch of results.
public struct KeyValueResultView: ~Escapable {
  /// The outcome.
  public let status: KeyValueStatus
  private let header: KeyValueResultHeader
  private let bytes: RawSpan

  /// `bytes` are what follows the header, without padding.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, status: KeyValueStatus, header: KeyValueResultHeader) {
    self.status = status
    self.header = header
    self.bytes = bytes
  }

  /// The value that a get found, or the key's value when a compare-and-set failed; empty otherwise.
  public var value: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(first: header.pairs == 0 ? bytes.byteCount : 0) }
  }

  /// What the result of a failed compare-and-set says of the key's value.
  public var current: KeyValueCurrent { KeyValueCurrent(rawValue: header.current) ?? .absent }

  /// Number of pairs that a scan returned.
  public var pairCount: Int { header.pairs }

  /// Whether further pairs exist in the range of the scan.
  public var more: Bool { header.more != 0 }

  /// The pairs that a scan returned.
  public var pairs: KeyValuePairIterator {
    @_lifetime(copy self) get { KeyValuePairIterator(bytes, count: header.pairs) }
  }
}
