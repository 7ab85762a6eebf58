public import MKraftStorage

/// Why a replica does not start on a file. Nothing was written.
public enum OpeningRefusal: Error, Sendable {
  case superblock(SuperblockDecision.Refusal)
  /// A feature this release does not know allows reading only.
  case readOnlyFeatures(UInt64)
  /// The file belongs to a cluster of several, which this release does not run.
  case otherMembers(count: Int)
  /// The file's state lies in a checkpoint, which this release cannot load: it has all of its state from the log.
  case checkpointUnsupported(op: UInt64)
  /// The file is shorter than its superblock says.
  case truncated(byteCount: UInt64, expected: UInt64)
  /// The device cannot write units as small as the file's.
  case ioUnitTooSmall(ioUnit: UInt32, device: Int)
  /// The log has lost something that may have been acknowledged.
  case journal(JournalDecision)

  /// Short name in words.
  public var name: String {
    switch self {
    case .superblock(let refusal): refusal.name
    case .readOnlyFeatures: "features-read-only"
    case .otherMembers: "other-members"
    case .checkpointUnsupported: "checkpoint-unsupported"
    case .truncated: "file-truncated"
    case .ioUnitTooSmall: "io-unit-too-small"
    case .journal: "wal-damaged"
    }
  }
}
