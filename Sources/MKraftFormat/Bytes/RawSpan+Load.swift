internal import Glibc

extension RawSpan {
  /// Loads a little-endian integer. Every bit pattern is valid and the offset is checked, so this is safe.
  @inlinable @inline(__always)
  public func load<T: FixedWidthInteger & BitwiseCopyable>(fromByteOffset offset: Int, as type: T.Type = T.self) -> T {
    unsafe T(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// Loads the field of a structure that starts `base` bytes into this span.
  @inlinable @inline(__always)
  public func load<T>(_ field: Field<T>, base: Int = 0) -> T {
    load(fromByteOffset: base + field.offset, as: T.self)
  }

  /// Whether every byte of `range` is zero: the first one is, and each is like the one before it.
  public func isZero(_ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return true }
    guard load(fromByteOffset: range.lowerBound, as: UInt8.self) == 0 else { return false }
    let bytes = extracting(range)
    return unsafe bytes.withUnsafeBytes { bytes in
      guard let first = bytes.baseAddress else { return true }
      return unsafe memcmp(first, first + 1, bytes.count - 1) == 0
    }
  }

  /// Whether every byte is zero.
  public var isZero: Bool { isZero(0..<byteCount) }
}
