extension MutableRawSpan {
  /// Copies all bytes of `source` to `offset`. Both bounds are checked.
  @_lifetime(self: copy self)
  package mutating func copy(_ source: RawSpan, toByteOffset offset: Int) {
    precondition(offset >= 0 && source.byteCount <= byteCount - offset, "copy beyond the end of the span")
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: bytes)
      }
    }
  }
}
