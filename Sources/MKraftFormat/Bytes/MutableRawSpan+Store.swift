extension MutableRawSpan {
  /// Stores an integer in little-endian order at `offset`, which is checked.
  @inlinable @inline(__always)
  @_lifetime(self: copy self)
  public mutating func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, toByteOffset offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }

  /// Stores `value` in the field of a structure that starts `base` bytes into this span.
  @inlinable @inline(__always)
  @_lifetime(self: copy self)
  public mutating func store<T>(_ value: T, _ field: Field<T>, base: Int = 0) {
    store(value, toByteOffset: base + field.offset)
  }

  /// Sets every byte of `range` to zero.
  @_lifetime(self: copy self)
  public mutating func zero(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "the range lies inside the span")
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      store(0 as UInt64, toByteOffset: offset)
      offset += 8
    }
    while offset < range.upperBound {
      store(0 as UInt8, toByteOffset: offset)
      offset += 1
    }
  }
}
