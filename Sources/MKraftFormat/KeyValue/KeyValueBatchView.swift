/// A batch of events: a view of a request body that was found to be whole and well-formed.
public struct KeyValueBatchView: ~Escapable {
  /// Number of events, 1 to `KeyValueBatch.countMax`.
  public let count: Int
  /// Whether no event changes anything.
  public let isReadOnly: Bool
  private let body: RawSpan

  /// Validates the whole body.
  ///
  /// `bodySizeMax` is what a message holds beside its header, for requests and replies alike. An event takes at least
  /// 40 bytes of a request and 16 of a reply, so the results of a batch that fits always have room for their headers.
  @_lifetime(copy body)
  public init(validating body: RawSpan, bodySizeMax: Int) throws(KeyValueBatchError) {
    let summary = try Self.validate(body, bodySizeMax: bodySizeMax)
    self.body = body
    count = summary.count
    isReadOnly = summary.isReadOnly
  }

  /// The events in order.
  public var events: KeyValueEventIterator {
    @_lifetime(copy self) get { KeyValueEventIterator(body, count: count) }
  }

  private static func validate(
    _ body: RawSpan, bodySizeMax: Int
  ) throws(KeyValueBatchError) -> (count: Int, isReadOnly: Bool) {
    guard body.byteCount >= KeyValueBatch.headSize else {
      throw KeyValueBatchError(.bodyTooShort, offset: body.byteCount)
    }
    guard body.byteCount <= bodySizeMax else { throw KeyValueBatchError(.bodyTooLarge, offset: bodySizeMax) }
    let count = Int(body.load(KeyValueLayout.Batch.count))
    guard (1...KeyValueBatch.countMax).contains(count) else { throw KeyValueBatchError(.countOutOfRange, offset: 0) }
    if let offset = KeyValueBatch.firstNonZero(in: body, KeyValueLayout.Batch.reserved) {
      throw KeyValueBatchError(.reservedNotZero, offset: offset)
    }
    var isReadOnly = true
    var offset = KeyValueBatch.headSize
    for index in 0..<count {
      let code = try validateEvent(body, at: &offset, index: index)
      isReadOnly = isReadOnly && code.isReadOnly
    }
    guard offset == body.byteCount else { throw KeyValueBatchError(.bytesAfterLast, offset: offset) }
    return (count, isReadOnly)
  }

  /// Validates the event at `offset` and moves it behind the event's padding.
  private static func validateEvent(
    _ body: RawSpan, at offset: inout Int, index: Int
  ) throws(KeyValueBatchError) -> KeyValueEventCode {
    let room = body.byteCount - offset
    guard room >= KeyValueBatch.eventHeaderSize else {
      throw KeyValueBatchError(.headerTruncated, index: index, offset: body.byteCount)
    }
    let header = KeyValueEventHeader(body, at: offset)
    let code = try header.validate(at: offset, index: index)
    if let offset = KeyValueBatch.firstNonZero(in: body, KeyValueLayout.Event.reserved, base: offset) {
      throw KeyValueBatchError(.reservedNotZero, index: index, offset: offset)
    }
    let padded = KeyValueBatch.padded(header.size)
    guard padded <= room else {
      throw KeyValueBatchError(.bytesBeyondEnd, index: index, offset: body.byteCount)
    }
    if let offset = KeyValueBatch.firstNonZero(in: body, header.size..<padded, base: offset) {
      throw KeyValueBatchError(.paddingNotZero, index: index, offset: offset)
    }
    offset += padded
    return code
  }
}
