/// The fixed part of a result, as it stands in the bytes.
struct KeyValueResultHeader: BitwiseCopyable {
  private typealias Layout = KeyValueLayout.Result

  let status: UInt8
  let more: UInt8
  let current: UInt8
  let size: Int
  let pairs: Int

  /// Reads the header at `offset`; the caller has checked that it is inside.
  @inline(__always)
  init(_ body: RawSpan, at offset: Int) {
    status = body.load(Layout.status, base: offset)
    more = body.load(Layout.more, base: offset)
    current = body.load(Layout.current, base: offset)
    size = Int(body.load(Layout.size, base: offset))
    pairs = Int(body.load(Layout.pairs, base: offset))
  }

  /// Checks that the fields fit the status. `offset` is the header's, `index` the result's.
  func validate(at offset: Int, index: Int) throws(KeyValueBatchError) {
    guard let status = KeyValueStatus(rawValue: status) else {
      throw KeyValueBatchError(.unknownStatus, index: index, offset: offset)
    }
    guard more == 0 || (more == 1 && status == .ok && pairs > 0) else {
      throw KeyValueBatchError(.moreInvalid, index: index, offset: offset + Layout.more.offset)
    }
    guard let current = KeyValueCurrent(rawValue: current), current == .absent || status == .conditionFailed else {
      throw KeyValueBatchError(.currentInvalid, index: index, offset: offset + Layout.current.offset)
    }
    guard size == 0 || status == .ok || current == .included else {
      throw KeyValueBatchError(.bytesNotAllowed, index: index, offset: offset + Layout.size.offset)
    }
    guard pairs == 0 || status == .ok else {
      throw KeyValueBatchError(.pairsInvalid, index: index, offset: offset + Layout.pairs.offset)
    }
  }
}
