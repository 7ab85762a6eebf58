/// A number of bytes, as people write it: `4096 B`, `64.0 KiB`, `1.0 GiB`.
public struct ByteCount: Hashable, Sendable, CustomStringConvertible {
  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  /// Counts below this are shown exactly.
  private static let exactLimit: UInt64 = 10 * 1024

  public let bytes: UInt64

  public init(_ bytes: UInt64) {
    self.bytes = bytes
  }

  /// Reads a whole number with an optional unit: `B`, or `K`, `M`, `G`, `T`, `P`, `E` with or without `iB`, in either
  /// case, all of them powers of 1024. Nothing if it is anything else or does not fit into 64 bits.
  public init?(_ text: String) {
    let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let number = UInt64(Substring(digits)), let shift = Self.shift(of: text.dropFirst(digits.count)) else {
      return nil
    }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    guard !overflow else { return nil }
    self.init(bytes)
  }

  /// One digit after the point, rounded half up; exact in bytes below 10 KiB.
  public var description: String {
    guard bytes >= Self.exactLimit else { return "\(bytes) B" }
    for (index, unit) in Self.units.enumerated() {
      let size = UInt128(1) << UInt128(10 * (index + 1))
      let tenths = (UInt128(bytes) * 10 + size / 2) / size
      if tenths < 10240 { return "\(tenths / 10).\(tenths % 10) \(unit)" }
    }
    preconditionFailure("64 bits hold less than 1024 EiB")
  }

  private static func shift(of unit: Substring) -> UInt64? {
    let lower = unit.lowercased()
    if lower.isEmpty || lower == "b" { return 0 }
    for (index, name) in units.enumerated() {
      let name = name.lowercased()
      if lower == name || lower == name.prefix(1) { return UInt64(10 * (index + 1)) }
    }
    return nil
  }
}
