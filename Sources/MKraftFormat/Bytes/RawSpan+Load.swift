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

  /// Whether every byte of `range` is zero.
  public func isZero(_ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      if load(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
      offset += 8
    }
    while offset < range.upperBound {
      if load(fromByteOffset: offset, as: UInt8.self) != 0 { return false }
      offset += 1
    }
    return true
  }

  /// Whether every byte is zero.
  public var isZero: Bool { isZero(0..<byteCount) }
}
