extension Duration {
  /// As people write it: `870 ns`, `1.5 us`, `12.3 ms`, `1.5 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`. Fractions are
  /// rounded half up to one digit; from a minute on the smaller unit is rounded down.
  public var readable: String {
    let nanoseconds = wholeNanoseconds
    return (nanoseconds < 0 ? "-" : "") + Self.readable(nanoseconds.magnitude)
  }

  /// Rounded towards zero.
  var wholeNanoseconds: Int128 {
    let (seconds, attoseconds) = components
    return Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
  }

  private static func readable(_ nanoseconds: UInt128) -> String {
    if nanoseconds < 1000 { return "\(nanoseconds) ns" }
    if let text = fraction(nanoseconds, unit: 1000, limit: 1000) { return "\(text) us" }
    if let text = fraction(nanoseconds, unit: 1_000_000, limit: 1000) { return "\(text) ms" }
    if let text = fraction(nanoseconds, unit: 1_000_000_000, limit: 60) { return "\(text) s" }
    // What rounds up to a whole minute is one.
    let seconds = max(60, nanoseconds / 1_000_000_000)
    if seconds < 3600 { return pair(seconds, 60, "min", 1, "s") }
    if seconds < 86400 { return pair(seconds, 3600, "h", 60, "min") }
    return pair(seconds, 86400, "d", 3600, "h")
  }

  /// One digit after the point, nothing if that reaches the limit.
  private static func fraction(_ nanoseconds: UInt128, unit: UInt128, limit: UInt128) -> String? {
    let tenths = (nanoseconds * 10 + unit / 2) / unit
    return tenths < limit * 10 ? "\(tenths / 10).\(tenths % 10)" : nil
  }

  private static func pair(_ seconds: UInt128, _ large: UInt128, _ name: String, _ small: UInt128, _ rest: String)
    -> String
  {
    let remainder = seconds % large / small
    return "\(seconds / large) \(name) \(remainder < 10 ? "0" : "")\(remainder) \(rest)"
  }
}
