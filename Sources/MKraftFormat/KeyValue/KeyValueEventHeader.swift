/// The fixed part of an event, as it stands in the bytes.
struct KeyValueEventHeader: BitwiseCopyable {
  private typealias Layout = KeyValueLayout.Event

  let code: UInt8
  let expectation: UInt8
  let keySize: Int
  let valueSize: Int
  let expectedSize: Int
  let limit: UInt32

  /// Reads the header at `offset`; the caller has checked that it is inside.
  @inline(__always)
  init(_ body: RawSpan, at offset: Int) {
    code = body.load(Layout.code, base: offset)
    expectation = body.load(Layout.expectation, base: offset)
    keySize = Int(body.load(Layout.keySize, base: offset))
    valueSize = Int(body.load(Layout.valueSize, base: offset))
    expectedSize = Int(body.load(Layout.expectedSize, base: offset))
    limit = body.load(Layout.limit, base: offset)
  }

  /// Size of the event without padding. Three 32-bit sizes at most, so it cannot overflow.
  @inline(__always)
  var size: Int { KeyValueBatch.eventHeaderSize + keySize + expectedSize + valueSize }

  /// Checks that the fields fit the code. `offset` is the header's, `index` the event's.
  func validate(at offset: Int, index: Int) throws(KeyValueBatchError) -> KeyValueEventCode {
    guard let code = KeyValueEventCode(rawValue: code) else {
      throw KeyValueBatchError(.unknownCode, index: index, offset: offset)
    }
    let expectation = KeyValueExpectation(rawValue: expectation)
    guard let expectation, expectation == .absent || code == .compareAndSet else {
      throw KeyValueBatchError(.expectationInvalid, index: index, offset: offset + Layout.expectation.offset)
    }
    guard (1...KeyValueBatch.keySizeMax).contains(keySize) else {
      throw KeyValueBatchError(.keySizeOutOfRange, index: index, offset: offset + Layout.keySize.offset)
    }
    guard valueSize == 0 || code == .put || code == .compareAndSet else {
      throw KeyValueBatchError(.valueNotAllowed, index: index, offset: offset + Layout.valueSize.offset)
    }
    // The second of the three byte strings is a scan's end key, or the value that a compare-and-set expects.
    if code == .scan {
      guard expectedSize <= KeyValueBatch.keySizeMax else {
        throw KeyValueBatchError(.endSizeOutOfRange, index: index, offset: offset + Layout.expectedSize.offset)
      }
    } else if expectation == .absent {
      guard expectedSize == 0 else {
        throw KeyValueBatchError(.expectedNotAllowed, index: index, offset: offset + Layout.expectedSize.offset)
      }
    }
    guard (limit != 0) == (code == .scan) else {
      throw KeyValueBatchError(.limitInvalid, index: index, offset: offset + Layout.limit.offset)
    }
    return code
  }
}
