internal import MKraftFormat
internal import MKraftStorage

/// Verifies that what nobody writes is zero.
struct GapReader {
  /// Bytes passed over at once, if all are zero.
  private static let step = 4096

  private let storage: any Storage
  private let unit: Int
  private let buffer: IOBuffer
  /// Where the mark of a repair may stand; that it does is said by who looks for it.
  private let marks: [Range<UInt64>]

  /// - Parameter buffer: of `ScanPlan.gapByteCount` bytes at least, used by nobody else meanwhile.
  init(_ storage: any Storage, _ geometry: Geometry, _ buffer: IOBuffer) {
    self.storage = storage
    unit = Int(geometry.ioUnit)
    self.buffer = buffer
    marks = (0..<Superblock.copyCount).map { geometry.repairMarkRange(copy: $0) }
  }

  func verify(_ range: Range<UInt64>, _ tally: inout PieceTally) {
    tally.check(range)
    judge(range, &tally)
  }

  private func judge(_ range: Range<UInt64>, _ tally: inout PieceTally) {
    let range = range.clamped(to: 0..<max(range.lowerBound, min(range.upperBound, storage.byteCount)))
    do {
      let count = try storage.read(range.count, at: range.lowerBound, into: buffer)
      judge(read: range.lowerBound..<range.lowerBound + UInt64(count), &tally)
    } catch {
      guard range.count > unit else { return }
      var start = range.lowerBound
      while start < range.upperBound {
        let end = min(range.upperBound, start / UInt64(unit) * UInt64(unit) + UInt64(unit))
        judge(start..<end, &tally)
        start = end
      }
    }
  }

  private func judge(read range: Range<UInt64>, _ tally: inout PieceTally) {
    let buffer = buffer
    guard !buffer.bytes.isZero(0..<range.count) else { return }
    for place in marks where range.lowerBound <= place.lowerBound && place.upperBound <= range.upperBound {
      let start = Int(place.lowerBound - range.lowerBound)
      let bytes = buffer.bytes.extracting(start..<start + RepairMark.byteCount)
      guard RepairMark(decoding: bytes, at: place.lowerBound) != nil else { continue }
      buffer.zero(start..<start + RepairMark.byteCount)
    }
    guard !buffer.bytes.isZero(0..<range.count) else { return }
    let first = nonzero(0..<range.count, fromEnd: false)
    let last = nonzero(0..<range.count, fromEnd: true)
    let place = range.lowerBound + UInt64(first)..<range.lowerBound + UInt64(last) + 1
    let byte: UInt8 = buffer.bytes.load(fromByteOffset: first)
    tally.findings.append(GapReader.finding(place, first: byte))
  }

  /// - Parameters:
  ///   - place: from the first byte that is not zero to the last.
  ///   - first: what stands at its beginning.
  private static func finding(_ place: Range<UInt64>, first: UInt8) -> Finding {
    Finding(
      .gapNotZero, range: place, expected: .number(0), actual: .number(UInt64(first)),
      evidence:
        "the first byte that is not zero stands at \(place.lowerBound), the last at \(max(place.upperBound, 1) - 1)")
  }

  /// The first or the last byte that is not zero, of which there is one. Most of a gap is zero all the same: pages are passed over.
  private func nonzero(_ range: Range<Int>, fromEnd: Bool) -> Int {
    let buffer = buffer
    let bytes = buffer.bytes
    var rest = range
    while rest.count > GapReader.step {
      let part =
        fromEnd
        ? rest.upperBound - GapReader.step..<rest.upperBound : rest.lowerBound..<rest.lowerBound + GapReader.step
      guard bytes.isZero(part) else {
        rest = part
        break
      }
      rest = fromEnd ? rest.lowerBound..<part.lowerBound : part.upperBound..<rest.upperBound
    }
    for step in 0..<rest.count {
      let offset = fromEnd ? rest.upperBound - 1 - step : rest.lowerBound + step
      if bytes.load(fromByteOffset: offset, as: UInt8.self) != 0 { return offset }
    }
    return range.lowerBound
  }
}
