internal import Glibc
internal import MKraftFormat
public import MKraftStorage

/// Compares files byte by byte, and makes one what the other is. Memory: 2 MiB.
public enum DrillMirror {
  private static let chunkByteCount = 1 << 20

  /// The first place where two files are not the same; nil if they are.
  /// - Parameter progress: called with the bytes compared.
  public static func difference(
    of one: any Storage, from other: any Storage, progress: (UInt64) -> Void = { _ in }
  ) throws(StorageError) -> UInt64? {
    let (left, right) = (IOBuffer(byteCount: chunkByteCount), IOBuffer(byteCount: chunkByteCount))
    let end = max(one.byteCount, other.byteCount)
    var offset: UInt64 = 0
    while offset < end {
      let found = try one.read(chunkByteCount, at: offset, into: left)
      let wanted = try other.read(chunkByteCount, at: offset, into: right)
      guard isSame(left, right, min(found, wanted)) else { return offset + firstDifference(left, right) }
      guard found == wanted else { return offset + UInt64(min(found, wanted)) }
      offset += UInt64(chunkByteCount)
      progress(min(offset, end))
    }
    return nil
  }

  /// Gives `copy` the bytes and the length of `original`, and writes only what is not so already.
  /// - Parameter progress: called with the bytes compared.
  /// - Returns: the bytes written.
  public static func restore(
    _ copy: any Storage, to original: any Storage, progress: (UInt64) -> Void = { _ in }
  ) throws(StorageError) -> UInt64 {
    let alignment = max(IOBuffer.pageAlignment, copy.directAlignment)
    let mine = IOBuffer(byteCount: chunkByteCount, alignment: alignment)
    let theirs = IOBuffer(byteCount: chunkByteCount, alignment: alignment)
    let end = original.byteCount
    var (offset, written): (UInt64, UInt64) = (0, 0)
    while offset < end {
      let wanted = try original.read(chunkByteCount, at: offset, into: theirs)
      let found = try copy.read(chunkByteCount, at: offset, into: mine)
      if found < wanted || !isSame(mine, theirs, wanted) {
        let whole = (wanted + alignment - 1) / alignment * alignment
        try copy.write(whole, at: offset, from: theirs)
        written += UInt64(wanted)
      }
      offset += UInt64(chunkByteCount)
      progress(min(offset, end))
    }
    if copy.byteCount != end { try copy.resize(to: end) }
    return written
  }

  private static func isSame(_ one: IOBuffer, _ other: IOBuffer, _ count: Int) -> Bool {
    unsafe one.bytes.withUnsafeBytes { one in
      unsafe other.bytes.withUnsafeBytes { other in
        guard let one = one.baseAddress, let other = other.baseAddress else { return count == 0 }
        return unsafe memcmp(one, other, count) == 0
      }
    }
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
