extension [UInt8] {
  /// Copies all bytes of a span into a new array.
  package init(copying bytes: RawSpan) {
    self = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The array's bytes. Every bit pattern of UInt8 is initialised and has no padding, so viewing them raw is safe.
  package var rawSpan: RawSpan {
    @_lifetime(borrow self) borrowing get { unsafe span.bytes }
  }
}
