/// One event of a validated batch: a view of its bytes.
public struct KeyValueEventView: ~Escapable {
  /// What the event does.
  public let code: KeyValueEventCode
  private let header: KeyValueEventHeader
  private let bytes: RawSpan

  /// `bytes` are the whole event from its header, validated before.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, code: KeyValueEventCode, header: KeyValueEventHeader) {
    self.code = code
    self.header = header
    self.bytes = bytes
  }

  /// The key; of a scan the first one it may return.
  public var key: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(KeyValueBatch.eventHeaderSize..<keyEnd) }
  }

  /// What a compare-and-set demands of the key.
  public var expectation: KeyValueExpectation {
    header.expectation == KeyValueExpectation.equal.rawValue ? .equal : .absent
  }

  /// The value that a compare-and-set expects if its expectation is `equal`; empty otherwise.
  public var expected: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(keyEnd..<(code == .compareAndSet ? expectedEnd : keyEnd)) }
  }

  /// The key before which a scan stops; empty when it has no end, and for other events.
  public var end: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(keyEnd..<(code == .scan ? expectedEnd : keyEnd)) }
  }

  /// The value that a put or compare-and-set writes; empty otherwise.
  public var value: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(expectedEnd..<(expectedEnd + header.valueSize)) }
  }

  /// Most pairs that a scan returns, 1 or more; 0 for other events.
  public var limit: UInt32 { header.limit }

  private var keyEnd: Int { KeyValueBatch.eventHeaderSize + header.keySize }
  private var expectedEnd: Int { keyEnd + header.expectedSize }
}
