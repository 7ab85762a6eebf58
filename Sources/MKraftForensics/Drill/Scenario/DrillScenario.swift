public import MKraftOutput

/// Every damage that a drill rehearses on a file: what is done to it, what must be found, and how it must end. One table.
public enum DrillScenario: String, Sendable, CaseIterable {
  case superblockCopyRotten = "superblock-copy-rotten"
  case superblockQuorumLost = "superblock-quorum-lost"
  case superblockGone = "superblock-gone"
  case superblockRolledBack = "superblock-rolled-back"
  case firstMegabyteWiped = "first-megabyte-wiped"
  case headerRotten = "header-rotten"
  case headerRingGone = "header-ring-gone"
  case prepareTorn = "prepare-torn"
  case prepareRotten = "prepare-rotten"
  case prepareHeaderRotten = "prepare-header-rotten"
  case prepareRottenBelowCheckpoint = "prepare-rotten-below-checkpoint"
  case prepareMisdirected = "prepare-misdirected"
  case entryRotten = "entry-rotten"
  case headRotten = "head-rotten"
  case replyRotten = "reply-rotten"
  case replyHeaderRotten = "reply-header-rotten"
  case sessionsRotten = "sessions-rotten"
  case rootRotten = "root-rotten"
  case leafRotten = "leaf-rotten"
  case blockHeaderRotten = "block-header-rotten"
  case blockMisdirected = "block-misdirected"
  case gapWritten = "gap-written"
  case fileTruncated = "file-truncated"
  case gridGone = "grid-gone"

  /// A way in which it may come out.
  public struct Outcome: Sendable, Equatable {
    /// Found in any case, perhaps beside others.
    public let finding: FindingKind
    /// The verdict on the damaged file.
    public let verdict: ExitCode
    public let remedy: DrillRemedy
  }

  struct Entry {
    let words: String
    /// One of these; several if it depends on how the replica stopped.
    let outcomes: [Outcome]

    init(_ words: String, _ outcomes: (FindingKind, ExitCode, DrillRemedy)...) {
      self.words = words
      self.outcomes = outcomes.map { Outcome(finding: $0.0, verdict: $0.1, remedy: $0.2) }
    }
  }

  public var name: String { rawValue }
  /// What is done to the file.
  public var words: String { entry.words }
  public var outcomes: [Outcome] { entry.outcomes }

  private var entry: Entry {
    switch self {
    case .superblockCopyRotten, .superblockQuorumLost, .superblockGone, .superblockRolledBack, .firstMegabyteWiped,
      .gapWritten, .fileTruncated, .gridGone:
      fileEntry
    case .headerRotten, .headerRingGone, .prepareTorn, .prepareRotten, .prepareHeaderRotten,
      .prepareRottenBelowCheckpoint, .prepareMisdirected, .entryRotten, .headRotten:
      logEntry
    case .replyRotten, .replyHeaderRotten, .sessionsRotten, .rootRotten, .leafRotten, .blockHeaderRotten,
      .blockMisdirected:
      stateEntry
    }
  }

  private var fileEntry: Entry {
    switch self {
    case .superblockCopyRotten:
      Entry("garbage in one copy of the superblock", (.superblockCopyDamaged, .degraded, .replica))
    case .superblockQuorumLost:
      Entry("garbage in all copies of the superblock but one", (.superblockQuorumLost, .lost, .recover))
    case .superblockGone:
      Entry("garbage in all copies of the superblock", (.superblockNotFound, .lost, .recover))
    case .superblockRolledBack:
      Entry(
        "all copies of the superblock as they were at an earlier stop", (.superblockRolledBack, .lost, .recover))
    case .firstMegabyteWiped:
      Entry("zeros in the first MiB of the file", (.superblockCopyDamaged, .degraded, .replica))
    case .gapWritten: Entry("garbage where nobody writes", (.gapNotZero, .degraded, .replica))
    case .fileTruncated:
      // Blocks whose referrer was cut off too are of unknown identity, until the backup brings the referrer back.
      Entry(
        "the file is cut off in the middle of the grid", (.fileTruncated, .restorable, .backup),
        (.fileTruncated, .lost, .backup))
    case .gridGone: Entry("zeros in the whole grid", (.checkpointDamaged, .restorable, .backup))
    default: preconditionFailure("a damage to the file as a whole")
    }
  }

  private var logEntry: Entry {
    switch self {
    case .headerRotten:
      Entry("a bit flips in a header of the header ring", (.walHeaderCorrupt, .degraded, .replica))
    case .headerRingGone:
      // If the replica was killed while it wrote a prepare, that prepare and one that rotted look alike without its header.
      Entry(
        "zeros in the whole header ring", (.walHeaderCorrupt, .degraded, .replica),
        (.walHeadUndecidable, .lost, .recover),
        // Without an entry above the checkpoint.
        (.walSlotVacantDamaged, .degraded, .replica))
    case .prepareTorn:
      // After a clean stop nothing was being written, so that it is no tear.
      Entry(
        "the first 512 bytes of an entry that was being written", (.walTailTorn, .sound, .replica),
        (.walPrepareUnusedDamaged, .degraded, .replica))
    case .prepareRotten:
      Entry("a bit flips in the body of an entry above the checkpoint", (.walPrepareCorrupt, .restorable, .backup))
    case .prepareHeaderRotten:
      Entry("a bit flips in front of that body, in the prepare ring", (.walPrepareCorrupt, .repairable, .file))
    case .prepareRottenBelowCheckpoint:
      // The slot may be the next one to be written; there it looks like an entry that was being written.
      Entry(
        "a bit flips in an entry below the checkpoint", (.walPrepareUnusedDamaged, .degraded, .replica),
        (.walTailTorn, .sound, .replica))
    case .prepareMisdirected:
      Entry("an entry is written into another one's slot", (.walPrepareCorrupt, .restorable, .backup))
    case .entryRotten:
      Entry("garbage in both rings where an entry stands", (.walEntryLost, .restorable, .backup))
    case .headRotten:
      // The clean stop, or a later stamp, names the head; else nothing does.
      Entry(
        "garbage in both rings where the last entry stands", (.walHeadUndecidable, .lost, .recover),
        (.walEntryUnknown, .lost, .recover), (.walEntryLost, .restorable, .backup))
    default: preconditionFailure("a damage to the log")
    }
  }

  private var stateEntry: Entry {
    switch self {
    case .replyRotten:
      Entry("a bit flips in the body of a reply that the checkpoint needs", (.replyLost, .restorable, .backup))
    case .replyHeaderRotten:
      Entry("garbage in the header of such a reply", (.replyLost, .repairable, .file))
    case .sessionsRotten:
      Entry("a bit flips in the checkpoint's table of sessions", (.checkpointDamaged, .restorable, .backup))
    case .rootRotten: Entry("a bit flips in the root of the tree", (.blockCorrupt, .restorable, .backup))
    case .leafRotten: Entry("a bit flips in a leaf of the tree", (.blockCorrupt, .restorable, .backup))
    case .blockHeaderRotten:
      Entry("garbage in the header of a leaf, where its bytes are known", (.blockCorrupt, .repairable, .file))
    case .blockMisdirected:
      Entry("a leaf is written into another one's place", (.blockUnexpected, .restorable, .backup))
    default: preconditionFailure("a damage to the state")
    }
  }
}
