/// Every way in which a repair changes bytes: what it does, how far it may be trusted, and the rule that it rests on. One table.
public enum RepairMethod: String, Sendable, CaseIterable {
  case unreadableZeroed = "unreadable-zeroed"
  case fileExtended = "file-extended"
  case superblockFromQuorum = "superblock-from-quorum"
  case blockHeaderRebuilt = "block-header-rebuilt"
  case blockFromSource = "block-from-source"
  case replyHeaderRebuilt = "reply-header-rebuilt"
  case replyFromSource = "reply-from-source"
  case replyBlanked = "reply-blanked"
  case prepareHeaderFromRing = "prepare-header-from-ring"
  case prepareFromSource = "prepare-from-source"
  case prepareBlanked = "prepare-blanked"
  case headerFromPrepare = "header-from-prepare"
  case headerMarkedUnknown = "header-marked-unknown"
  case gapZeroed = "gap-zeroed"
  case gapEvidenceZeroed = "gap-evidence-zeroed"
  case fileCut = "file-cut"

  public enum Risk: String, Sendable, CaseIterable {
    /// Nothing that anybody may need is given up.
    case safe
    /// Something may be given up that could have been of use.
    case lossy
    /// What comes out may be wrong.
    case unsafe
  }

  private struct Entry {
    let risk: Risk
    let rule: String
    let words: String

    init(_ risk: Risk, _ rule: String, _ words: String) {
      self.risk = risk
      self.rule = rule
      self.words = words
    }
  }

  /// Whether the length of the file is changed, and no bytes that stay in it.
  var isOfLength: Bool { self == .fileExtended || self == .fileCut }

  public var name: String { rawValue }
  public var risk: Risk { entry.risk }
  /// The rule of the design that makes it sound.
  public var rule: String { entry.rule }
  /// What is done, and why it is sound.
  public var words: String { entry.words }

  private var entry: Entry {
    switch self {
    case .unreadableZeroed, .fileExtended, .gapZeroed, .gapEvidenceZeroed, .fileCut: fileEntry
    case .superblockFromQuorum, .blockHeaderRebuilt, .blockFromSource: stateEntry
    case .replyHeaderRebuilt, .replyFromSource, .replyBlanked: replyEntry
    case .prepareHeaderFromRing, .prepareFromSource, .prepareBlanked, .headerFromPrepare, .headerMarkedUnknown:
      logEntry
    }
  }

  private var fileEntry: Entry {
    switch self {
    case .unreadableZeroed:
      Entry(
        .safe, "R1",
        "what the device does not give is zero in the copy, so that it is damage and never taken for anything else")
    case .fileExtended:
      Entry(
        .safe, "R22",
        "the file gets the length that its superblock names; zeros are never valid, so nothing is claimed of what lay there"
      )
    case .gapZeroed:
      Entry(.safe, "R1", "nobody writes between zones, and nothing there is a structure of ours")
    case .gapEvidenceZeroed:
      Entry(
        .lossy, "R1",
        "nobody writes between zones, but a whole structure stands there: a misdirected write that may be missing elsewhere"
      )
    case .fileCut:
      Entry(.safe, "R17", "no reader looks behind the last whole block, and the grid grows in whole blocks")
    default: preconditionFailure("a way to change the file as a whole")
    }
  }

  private var stateEntry: Entry {
    switch self {
    case .superblockFromQuorum:
      Entry(.safe, "R9", "the copy is written again from the superblock that a replica opens the file at")
    case .blockHeaderRebuilt:
      Entry(
        .safe, "R16",
        "only fields whose values are known were wrong: with them the block has the checksum that its referrer names")
    case .blockFromSource:
      Entry(.safe, "R16", "the block has the checksum that its referrer in the damaged file names")
    default: preconditionFailure("a way to change superblock or state")
    }
  }

  private var replyEntry: Entry {
    switch self {
    case .replyHeaderRebuilt:
      Entry(
        .safe, "R21",
        "the body is whole: with it the header that follows from the session's record has the checksum named there")
    case .replyFromSource:
      Entry(.safe, "R21", "the reply has the checksum that the session's record in the damaged file names")
    case .replyBlanked:
      Entry(.safe, "R21", "no session of the checkpoint has the slot: it is as format made it")
    default: preconditionFailure("a way to change a reply")
    }
  }

  private var logEntry: Entry {
    switch self {
    case .prepareHeaderFromRing:
      Entry(.safe, "R14", "the body is whole, and it is the one that the header in the header ring names")
    case .prepareFromSource:
      Entry(
        .safe, "R14",
        "the entry has the checksum that the damaged file names: in its header ring, its superblock, or the entry after it"
      )
    case .prepareBlanked:
      Entry(
        .safe, "R13",
        "the header ring shows that nothing of this op was acknowledged; the slot says so whether the prepare is there or not"
      )
    case .headerFromPrepare:
      Entry(.safe, "R14", "the whole entry in the prepare ring certifies itself: the header ring gets its header")
    case .headerMarkedUnknown:
      Entry(
        .safe, "R12", "the log ends before this slot; an unknown header says that it was damaged, and never looks blank"
      )
    default: preconditionFailure("a way to change the log")
    }
  }
}
