public import MKraftFormat
public import MKraftStorage

/// Why a replica does not start on a file. Nothing was written.
public enum OpeningRefusal: Error, Sendable {
  /// A repair of the file was begun and is not finished; nothing else of it means anything until it is.
  case repairInProgress(RepairMark)
  case superblock(SuperblockDecision.Refusal)
  /// A feature this release does not know allows reading only.
  case readOnlyFeatures(UInt64)
  /// The file belongs to a cluster of several, which this release does not run.
  case otherMembers(count: Int)
  /// The checkpoint's own blocks, its sets or its table of sessions, are not there.
  case checkpoint(CheckpointFault)
  /// Replies to clients are gone: a request repeated could not be answered as it was.
  case repliesLost(slots: [Int])
  /// A stored reply is of a later op than the log's head: superblock and log were both put back from an older state.
  case replyAhead(StoredReply.Newest, head: UInt64)
  /// The file is shorter than its superblock says.
  case truncated(byteCount: UInt64, expected: UInt64)
  /// The device cannot write units as small as the file's.
  case ioUnitTooSmall(ioUnit: UInt32, device: Int)
  /// The log has lost something that may have been acknowledged.
  case journal(JournalDecision)

  /// Short name in words.
  public var name: String {
    switch self {
    case .repairInProgress: "repair-in-progress"
    case .superblock(let refusal): refusal.name
    case .readOnlyFeatures: "features-read-only"
    case .otherMembers: "other-members"
    case .checkpoint(let fault):
      switch fault.defect {
      case .block: "checkpoint-damaged"
      case .violates: "checkpoint-inconsistent"
      }
    case .repliesLost: "reply-lost"
    case .replyAhead: "reply-ahead"
    case .truncated: "file-truncated"
    case .ioUnitTooSmall: "io-unit-too-small"
    case .journal: "wal-damaged"
    }
  }
}
