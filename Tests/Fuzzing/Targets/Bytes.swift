extension [UInt8] {
  /// Copies all bytes of a span into a new array.
  init(copying bytes: RawSpan) { self = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) } }

  /// The array's bytes.
  var rawSpan: RawSpan {
    @_lifetime(borrow self) borrowing get { unsafe span.bytes }
  }
}
