/// Why bytes are not a superblock copy that this release can use.
public enum SuperblockDefect: Error, Sendable, Equatable {
  /// Every byte is zero: never written, or zeroed since.
  case allZero
  /// Not ours, or overwritten beyond recognition.
  case magicMismatch
  /// Another layout; if its number is higher, a newer one: not damage. Nothing but the frozen prefix was looked at.
  case versionUnknown(UInt32)
  case checksumAlgorithmUnknown(UInt16)
  case checksumMismatch(stored: UInt128, computed: UInt128)
  /// The checksum is right; the file needs a newer release. Not damage.
  case featuresUnknown(UInt64)
  /// The checksum is right and the kind byte is not a superblock's.
  case kindMismatch(UInt8)
  /// The checksum is right, but the copy number, which it does not cover, is not 0 to 3.
  case copyNumberInvalid(UInt64)
  /// The checksum is right, but the contents contradict themselves.
  case violates(InvariantSet)

  public var name: String {
    switch self {
    case .allZero: "all-zero"
    case .magicMismatch: "magic-mismatch"
    case .versionUnknown: "version-unknown"
    case .checksumAlgorithmUnknown: "checksum-algorithm-unknown"
    case .checksumMismatch: "checksum-mismatch"
    case .featuresUnknown: "features-unknown"
    case .kindMismatch: "kind-mismatch"
    case .copyNumberInvalid: "copy-number-invalid"
    case .violates: "invariant-broken"
    }
  }

  /// Whether a newer release could read these bytes: then the file must not be called damaged (rule R5).
  public var isNewerFormat: Bool {
    switch self {
    case .versionUnknown(let version): version > FormatVersion.dataFile
    case .checksumAlgorithmUnknown(let algorithm): algorithm > Superblock.checksumAlgorithm
    case .featuresUnknown: true
    default: false
    }
  }
}
