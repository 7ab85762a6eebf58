/// Writes the body of a reply: one result per event, in order, without allocation.
///
/// The number of results is known from the start, and room for all their headers is set aside, so that a result never
/// takes the place of a later one. What does not fit beside them is left out by name. All bytes up to `byteCount` are
/// written.
public struct KeyValueResultWriter: ~Copyable {
  private typealias Layout = KeyValueLayout.Result

  /// Bytes written so far; the body's size after the last result.
  public private(set) var byteCount = KeyValueBatch.headSize
  private let sizeMax: Int
  private var remaining: Int
  private var scan: (header: Int, pairs: UInt32)?

  /// Writes the head. `body` must have room for the head and `count` headers; the same span belongs in every later
  /// call.
  @_lifetime(body: copy body)
  public init(count: Int, into body: inout MutableRawSpan) {
    sizeMax = body.byteCount
    remaining = count
    precondition(
      count >= 0 && KeyValueBatch.headSize + KeyValueBatch.resultHeaderSize * count <= sizeMax,
      "no room for the headers of all results")
    body.store(UInt32(count), KeyValueLayout.Results.count)
    body.zero(KeyValueLayout.Results.reserved)
  }

  /// Adds a result without bytes.
  @_lifetime(body: copy body)
  public mutating func append(_ status: KeyValueStatus, into body: inout MutableRawSpan) {
    appendHeader(status, into: &body)
  }

  /// Adds the value that a get found, or says that it is too large.
  @_lifetime(body: copy body)
  public mutating func append(value: RawSpan, into body: inout MutableRawSpan) {
    guard fits(value.byteCount) else { return appendHeader(.resultTooLarge, into: &body) }
    appendHeader(.ok, size: value.byteCount, into: &body)
    appendBytes(value, into: &body)
    pad(into: &body)
  }

  /// Adds the result of a compare-and-set that failed although the key has a value, with that value if it fits.
  @_lifetime(body: copy body)
  public mutating func append(conditionFailed current: RawSpan, into body: inout MutableRawSpan) {
    guard fits(current.byteCount) else {
      return appendHeader(.conditionFailed, current: .omitted, into: &body)
    }
    appendHeader(.conditionFailed, current: .included, size: current.byteCount, into: &body)
    appendBytes(current, into: &body)
    pad(into: &body)
  }

  /// Begins the result of a scan.
  @_lifetime(body: copy body)
  public mutating func beginScan(into body: inout MutableRawSpan) {
    let header = byteCount
    appendHeader(.ok, into: &body)
    scan = (header, 0)
  }

  /// Adds a pair to the scan, or returns false when it does not fit.
  @_lifetime(body: copy body)
  public mutating func append(key: RawSpan, value: RawSpan, into body: inout MutableRawSpan) -> Bool {
    guard let scan else { preconditionFailure("a pair outside a scan") }
    let size = KeyValueBatch.pairHeaderSize + key.byteCount + value.byteCount
    guard KeyValueBatch.padded(size) <= room else { return false }
    body.zero(byteCount..<byteCount + KeyValueBatch.pairHeaderSize)
    body.store(UInt16(key.byteCount), KeyValueLayout.Pair.keySize, base: byteCount)
    body.store(UInt32(value.byteCount), KeyValueLayout.Pair.valueSize, base: byteCount)
    byteCount += KeyValueBatch.pairHeaderSize
    appendBytes(key, into: &body)
    appendBytes(value, into: &body)
    pad(into: &body)
    self.scan = (scan.header, scan.pairs + 1)
    return true
  }

  /// Ends the result of a scan. `more`: further pairs exist in its range; if not even one fits, the result says so.
  @_lifetime(body: copy body)
  public mutating func endScan(more: Bool, into body: inout MutableRawSpan) {
    guard let scan else { preconditionFailure("no scan to end") }
    self.scan = nil
    guard scan.pairs > 0 else {
      let status: KeyValueStatus = more ? .resultTooLarge : .ok
      body.store(status.rawValue, Layout.status, base: scan.header)
      return
    }
    let size = byteCount - scan.header - KeyValueBatch.resultHeaderSize
    body.store(UInt8(more ? 1 : 0), Layout.more, base: scan.header)
    body.store(UInt32(size), Layout.size, base: scan.header)
    body.store(scan.pairs, Layout.pairs, base: scan.header)
  }

  /// Room for bytes of the current result, once the headers of those to come are set aside. Its own header is written.
  private var room: Int { sizeMax - byteCount - KeyValueBatch.resultHeaderSize * remaining }

  /// Whether the next result can carry `size` bytes. Its own header is among those set aside.
  private func fits(_ size: Int) -> Bool { KeyValueBatch.padded(size) <= room }

  @_lifetime(body: copy body)
  private mutating func appendHeader(
    _ status: KeyValueStatus, current: KeyValueCurrent = .absent, size: Int = 0, into body: inout MutableRawSpan
  ) {
    precondition(remaining > 0 && scan == nil, "more results than events, or a result inside a scan")
    remaining -= 1
    body.zero(byteCount..<byteCount + KeyValueBatch.resultHeaderSize)
    body.store(status.rawValue, Layout.status, base: byteCount)
    body.store(current.rawValue, Layout.current, base: byteCount)
    body.store(UInt32(size), Layout.size, base: byteCount)
    byteCount += KeyValueBatch.resultHeaderSize
  }

  @_lifetime(body: copy body)
  private mutating func appendBytes(_ bytes: RawSpan, into body: inout MutableRawSpan) {
    body.copy(bytes, toByteOffset: byteCount)
    byteCount += bytes.byteCount
  }

  /// Writes zeros up to the alignment.
  @_lifetime(body: copy body)
  private mutating func pad(into body: inout MutableRawSpan) {
    let end = KeyValueBatch.padded(byteCount)
    body.zero(byteCount..<end)
    byteCount = end
  }
}
