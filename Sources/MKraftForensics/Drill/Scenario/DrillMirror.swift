internal import Glibc
internal import MKraftFormat
public import MKraftStorage

/// Compares files byte by byte, and makes one what the other is. Memory: 2 MiB.
public enum DrillMirror {
  private static let chunkByteCount = 1 << 20

  /// The first place where two files are not the same; nil if they are.
  /// - Parameters:
  ///   - ranges: where it is looked, in order; nil for everywhere. Lengths are compared in any case.
  ///   - progress: called with the offset reached.
  public static func difference(
    of one: any Storage, from other: any Storage, in ranges: [Range<UInt64>]? = nil,
    progress: (UInt64) -> Void = { _ in }
  ) throws(StorageError) -> UInt64? {
    let (left, right) = (IOBuffer(byteCount: chunkByteCount), IOBuffer(byteCount: chunkByteCount))
    let end = max(one.byteCount, other.byteCount)
    for chunk in chunks(ranges, end) {
      let found = try one.read(chunk.count, at: chunk.lowerBound, into: left)
      let wanted = try other.read(chunk.count, at: chunk.lowerBound, into: right)
      guard isSame(left, right, min(found, wanted)) else { return chunk.lowerBound + firstDifference(left, right) }
      guard found == wanted else { return chunk.lowerBound + UInt64(min(found, wanted)) }
      progress(chunk.upperBound)
    }
    return one.byteCount == other.byteCount ? nil : min(one.byteCount, other.byteCount)
  }

  /// Gives `copy` the bytes and the length of `original`, and writes only what is not so already.
  /// - Parameters:
  ///   - ranges: where they may differ, in order; nil for everywhere.
  ///   - progress: called with the offset reached.
  /// - Returns: the bytes written.
  public static func restore(
    _ copy: any Storage, to original: any Storage, in ranges: [Range<UInt64>]? = nil,
    progress: (UInt64) -> Void = { _ in }
  ) throws(StorageError) -> UInt64 {
    let alignment = max(IOBuffer.pageAlignment, copy.directAlignment)
    let mine = IOBuffer(byteCount: chunkByteCount, alignment: alignment)
    let theirs = IOBuffer(byteCount: chunkByteCount, alignment: alignment)
    let end = original.byteCount
    var written: UInt64 = 0
    for chunk in chunks(ranges, end) {
      let wanted = try original.read(chunk.count, at: chunk.lowerBound, into: theirs)
      let found = try copy.read(chunk.count, at: chunk.lowerBound, into: mine)
      if found < wanted || !isSame(mine, theirs, wanted) {
        let whole = (wanted + alignment - 1) / alignment * alignment
        try copy.write(whole, at: chunk.lowerBound, from: theirs)
        written += UInt64(wanted)
      }
      progress(chunk.upperBound)
    }
    if copy.byteCount != end { try copy.resize(to: end) }
    return written
  }

  /// Whole pieces of the ranges, below an end: none larger than a buffer, all from multiples of what devices want.
  private static func chunks(_ ranges: [Range<UInt64>]?, _ end: UInt64) -> some Sequence<Range<UInt64>> {
    let unit = UInt64(IOBuffer.alignmentMax)
    precondition(chunkByteCount % IOBuffer.alignmentMax == 0, "a buffer holds whole units")
    return (ranges ?? [0..<end]).lazy.flatMap { range in
      stride(from: range.lowerBound / unit * unit, to: min(range.upperBound, end), by: chunkByteCount).lazy.map {
        $0..<min($0 + UInt64(chunkByteCount), (min(range.upperBound, end) + unit - 1) / unit * unit)
      }
    }
  }

  private static func isSame(_ one: IOBuffer, _ other: IOBuffer, _ count: Int) -> Bool {
    one.bytes.extracting(0..<count).starts(with: other.bytes.extracting(0..<count))
  }

  private static func firstDifference(_ one: IOBuffer, _ other: IOBuffer) -> UInt64 {
    for offset in 0..<min(one.byteCount, other.byteCount)
    where one.bytes.load(fromByteOffset: offset, as: UInt8.self)
      != other.bytes.load(fromByteOffset: offset, as: UInt8.self)
    {
      return UInt64(offset)
    }
    return 0
  }
}
