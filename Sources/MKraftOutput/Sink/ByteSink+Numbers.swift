extension ByteSink {
  /// Writes a decimal number.
  public func writeDecimal(_ value: UInt64) {
    if value < 10 {
      write(Ascii.zero + UInt8(truncatingIfNeeded: value))
      return
    }
    // 20 digits hold 2^64 - 1.
    var digits = InlineArray<20, UInt8>(repeating: Ascii.zero)
    var start = 20
    var rest = value
    while rest > 0 {
      start -= 1
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      digits[start] = Ascii.zero + UInt8(truncatingIfNeeded: remainder)
      rest = quotient
    }
    write(digits.span.extracting(start..<20))
  }

  /// Writes a decimal number with its sign.
  public func writeDecimal(_ value: Int) {
    if value < 0 { write(Ascii.minus) }
    writeDecimal(UInt64(value.magnitude))
  }

  /// Writes a decimal number.
  public func writeDecimal(_ value: UInt128) {
    if let small = UInt64(exactly: value) {
      writeDecimal(small)
      return
    }
    // 39 digits hold 2^128 - 1: at most 20 above the last 19.
    let (high, low) = value.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
    if let high = UInt64(exactly: high) {
      writeDecimal(high)
    } else {
      writeDecimal(high)
    }
    writeDecimal(UInt64(low), digits: 19)
  }

  /// Writes a decimal number with leading zeros, so that it has at least `digits` digits (up to 20).
  public func writeDecimal(_ value: UInt64, digits count: Int) {
    precondition(count <= 20, "a 64-bit number has up to 20 digits")
    var digits = InlineArray<20, UInt8>(repeating: Ascii.zero)
    var start = 20
    var rest = value
    while rest > 0 {
      start -= 1
      digits[start] = Ascii.zero + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    write(digits.span.extracting(min(start, 20 - count)..<20))
  }

  /// Writes lower-case hexadecimal without a prefix, with leading zeros to at least `digits` digits (1 to 16).
  public func writeHex(_ value: UInt64, digits count: Int = 1) {
    precondition((1...16).contains(count), "a 64-bit number has 1 to 16 hexadecimal digits")
    let needed = (67 - value.leadingZeroBitCount) / 4
    let width = max(count, needed)
    var shift = width * 4
    while shift > 0 {
      shift -= 4
      write(Ascii.hexDigit(UInt8(truncatingIfNeeded: value >> UInt64(shift))))
    }
  }

  /// Writes a checksum or an id: 32 lower-case hexadecimal digits.
  public func writeHex(_ value: UInt128) {
    var digits = InlineArray<32, UInt8>(repeating: Ascii.zero)
    Self.fill(&digits, at: 0, with: UInt64(truncatingIfNeeded: value >> 64))
    Self.fill(&digits, at: 16, with: UInt64(truncatingIfNeeded: value))
    write(digits.span)
  }

  /// Writes bytes as lower-case hexadecimal, two digits each.
  public func writeHex(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      let byte = bytes[index]
      write(Ascii.hexDigit(byte >> 4))
      write(Ascii.hexDigit(byte))
    }
  }

  private static func fill(_ digits: inout InlineArray<32, UInt8>, at start: Int, with value: UInt64) {
    var rest = value
    var index = start + 16
    while index > start {
      index -= 1
      digits[index] = Ascii.hexDigit(UInt8(truncatingIfNeeded: rest))
      rest >>= 4
    }
  }
}
