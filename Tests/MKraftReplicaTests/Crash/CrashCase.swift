/// One reopening, as one number: the run, how many of its events had happened, which atoms in flight were kept, and which fault
/// came on top.
struct CrashCase: Hashable, CustomStringConvertible {
  static let faultBits: UInt64 = 16
  static let subsetBits: UInt64 = 9
  static let prefixBits: UInt64 = 20

  var run: UInt64
  var prefix: Int
  var subset: Int
  /// 0: none; else what it is drawn from.
  var fault: Int

  init(run: UInt64, prefix: Int, subset: Int, fault: Int = 0) {
    self.run = run
    self.prefix = prefix
    self.subset = subset
    self.fault = fault
  }

  init(_ number: UInt64) {
    func take(_ bits: UInt64, above low: UInt64) -> Int { Int(number >> low & (1 << bits - 1)) }
    fault = take(Self.faultBits, above: 0)
    subset = take(Self.subsetBits, above: Self.faultBits)
    prefix = take(Self.prefixBits, above: Self.faultBits + Self.subsetBits)
    run = number >> (Self.faultBits + Self.subsetBits + Self.prefixBits)
  }

  var number: UInt64 {
    ((run << Self.prefixBits | UInt64(prefix)) << Self.subsetBits | UInt64(subset)) << Self.faultBits | UInt64(fault)
  }

  var subsetSeed: UInt64 { number >> Self.faultBits &* 0xD134_2543_DE82_EF95 }
  var faultSeed: UInt64 { number &* 0xA24B_AED4_963E_E407 }

  var description: String {
    "case \(number) (run \(run), \(prefix) events, subset \(subset)\(fault == 0 ? "" : ", fault \(fault)"))"
  }
}
