/// The results of a batch: a view of a reply's body that was found to be whole and well-formed.
public struct KeyValueResultsView: ~Escapable {
  /// Number of results: that of the events; 0 says that the replica found the batch itself malformed and did nothing.
  public let count: Int
  private let body: RawSpan

  /// Validates the whole body.
  @_lifetime(copy body)
  public init(validating body: RawSpan) throws(KeyValueBatchError) {
    count = try Self.validate(body)
    self.body = body
  }

  /// The results, in the order of the events.
  public var results: KeyValueResultIterator {
    @_lifetime(copy self) get { KeyValueResultIterator(body, count: count) }
  }

  private static func validate(_ body: RawSpan) throws(KeyValueBatchError) -> Int {
    guard body.byteCount >= KeyValueBatch.headSize else {
      throw KeyValueBatchError(.bodyTooShort, offset: body.byteCount)
    }
    let count = Int(body.load(KeyValueLayout.Results.count))
    guard count <= KeyValueBatch.countMax else { throw KeyValueBatchError(.countOutOfRange, offset: 0) }
    if let offset = KeyValueBatch.firstNonZero(in: body, KeyValueLayout.Results.reserved) {
      throw KeyValueBatchError(.reservedNotZero, offset: offset)
    }
    var offset = KeyValueBatch.headSize
    for index in 0..<count { try validateResult(body, at: &offset, index: index) }
    guard offset == body.byteCount else { throw KeyValueBatchError(.bytesAfterLast, offset: offset) }
    return count
  }

  /// Validates the result at `offset` and moves it behind the result's padding.
  private static func validateResult(_ body: RawSpan, at offset: inout Int, index: Int) throws(KeyValueBatchError) {
    guard body.byteCount - offset >= KeyValueBatch.resultHeaderSize else {
      throw KeyValueBatchError(.headerTruncated, index: index, offset: body.byteCount)
    }
    let header = KeyValueResultHeader(body, at: offset)
    try header.validate(at: offset, index: index)
    try requireZeros(body, KeyValueLayout.Result.reserved1, base: offset, .reservedNotZero, index: index)
    try requireZeros(body, KeyValueLayout.Result.reserved2, base: offset, .reservedNotZero, index: index)
    let start = offset + KeyValueBatch.resultHeaderSize
    let padded = KeyValueBatch.padded(header.size)
    guard padded <= body.byteCount - start else {
      throw KeyValueBatchError(.bytesBeyondEnd, index: index, offset: body.byteCount)
    }
    let end = start + header.size
    try requireZeros(body, header.size..<padded, base: start, .paddingNotZero, index: index)
    if header.pairs > 0 { try validatePairs(body, start..<end, count: header.pairs, index: index) }
    offset = start + padded
  }

  /// Validates that `range` holds exactly `count` pairs. Each takes at least a header, so the range bounds the loop.
  private static func validatePairs(
    _ body: RawSpan, _ range: Range<Int>, count: Int, index: Int
  ) throws(KeyValueBatchError) {
    var offset = range.lowerBound
    for _ in 0..<count {
      guard range.upperBound - offset >= KeyValueBatch.pairHeaderSize else {
        throw KeyValueBatchError(.headerTruncated, index: index, offset: range.upperBound)
      }
      let header = KeyValuePairHeader(body, at: offset)
      guard (1...KeyValueBatch.keySizeMax).contains(header.keySize) else {
        throw KeyValueBatchError(.keySizeOutOfRange, index: index, offset: offset)
      }
      try requireZeros(body, KeyValueLayout.Pair.reserved, base: offset, .reservedNotZero, index: index)
      let padded = KeyValueBatch.padded(header.size)
      guard padded <= range.upperBound - offset else {
        throw KeyValueBatchError(.bytesBeyondEnd, index: index, offset: range.upperBound)
      }
      try requireZeros(body, header.size..<padded, base: offset, .paddingNotZero, index: index)
      offset += padded
    }
    guard offset == range.upperBound else { throw KeyValueBatchError(.pairsInvalid, index: index, offset: offset) }
  }

  private static func requireZeros(
    _ body: RawSpan, _ range: Range<Int>, base: Int, _ reason: KeyValueBatchError.Reason, index: Int
  ) throws(KeyValueBatchError) {
    guard let offset = KeyValueBatch.firstNonZero(in: body, range, base: base) else { return }
    throw KeyValueBatchError(reason, index: index, offset: offset)
  }
}
