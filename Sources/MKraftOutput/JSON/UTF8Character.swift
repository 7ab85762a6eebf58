/// One character decoded from bytes that may not be UTF-8.
struct UTF8Character {
  static let replacement: UInt32 = 0xFFFD

  /// The Unicode scalar, `replacement` for an ill-formed sequence.
  let scalar: UInt32
  /// Bytes covered, at least 1; of an ill-formed sequence its longest well-begun part (Unicode 3.9, table 3-7).
  let byteCount: Int

  /// Decodes the character at `index`, which is inside `bytes`.
  init(of bytes: Span<UInt8>, at index: Int) {
    let lead = bytes[index]
    guard let form = Form(lead: lead) else {
      self.init(scalar: lead < 0x80 ? UInt32(lead) : Self.replacement, byteCount: 1)
      return
    }
    var scalar = UInt32(lead) & form.leadMask
    for position in 1..<form.byteCount {
      let allowed = position == 1 ? form.second : 0x80...0xBF
      guard index + position < bytes.count, allowed.contains(bytes[index + position]) else {
        self.init(scalar: Self.replacement, byteCount: position)
        return
      }
      scalar = scalar << 6 | UInt32(bytes[index + position] & 0x3F)
    }
    self.init(scalar: scalar, byteCount: form.byteCount)
  }

  private init(scalar: UInt32, byteCount: Int) {
    self.scalar = scalar
    self.byteCount = byteCount
  }

  /// What the first byte of several says of the others.
  private struct Form {
    let byteCount: Int
    let second: ClosedRange<UInt8>
    var leadMask: UInt32 { 0x7F >> UInt32(byteCount) }

    /// Nothing if the byte does not begin a character of several bytes.
    init?(lead: UInt8) {
      switch lead {
      case 0xC2...0xDF: self.init(byteCount: 2, second: 0x80...0xBF)
      case 0xE0: self.init(byteCount: 3, second: 0xA0...0xBF)
      case 0xED: self.init(byteCount: 3, second: 0x80...0x9F)
      case 0xE1...0xEF: self.init(byteCount: 3, second: 0x80...0xBF)
      case 0xF0: self.init(byteCount: 4, second: 0x90...0xBF)
      case 0xF1...0xF3: self.init(byteCount: 4, second: 0x80...0xBF)
      case 0xF4: self.init(byteCount: 4, second: 0x80...0x8F)
      default: return nil
      }
    }

    private init(byteCount: Int, second: ClosedRange<UInt8>) {
      self.byteCount = byteCount
      self.second = second
    }
  }
}
