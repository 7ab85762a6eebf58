extension UInt128 {
  /// 32 lower-case hexadecimal digits, most significant first: how ids and checksums are written everywhere.
  public var hex: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  /// Reads 1 to 32 hexadecimal digits, either case; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard (1...32).contains(hex.utf8.count), hex.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
    else { return nil }
    self.init(hex, radix: 16)
  }
}
