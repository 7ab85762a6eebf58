/// Why bytes are not a valid header of a log entry. Absent (all zero), mismatching and contradictory are different things.
public enum HeaderDefect: Error, Sendable, Equatable {
  /// Every byte is zero: never written, or zeroed since. Zeros are not a blank slot.
  case allZero
  /// The kind byte is none of prepare, reserved, unknown.
  case kindUnknown(UInt8)
  case checksumMismatch(stored: UInt128, computed: UInt128)
  /// The checksum is right, but the header contradicts the named invariant.
  case violates(Invariant)

  /// Short name in words for output.
  public var name: String {
    switch self {
    case .allZero: "all-zero"
    case .kindUnknown: "kind-unknown"
    case .checksumMismatch: "checksum-mismatch"
    case .violates(let invariant): invariant.name
    }
  }
}
