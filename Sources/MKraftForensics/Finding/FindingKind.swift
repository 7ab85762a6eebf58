public import MKraftOutput

/// Everything that can be found. The raw value is the stable name in words.
public enum FindingKind: String, Sendable, CaseIterable {
  // The file as a whole.
  case notOurFormat = "not-our-format"
  case formatNewer = "format-newer"
  case featuresReadOnly = "features-read-only"
  case nothingReadable = "nothing-readable"
  case rangeUnreadable = "range-unreadable"
  case readUnsteady = "read-unsteady"
  case fileTruncated = "file-truncated"
  case fileOverLong = "file-over-long"
  case gapNotZero = "gap-not-zero"
  case ioUnitTooSmall = "io-unit-too-small"
  case otherMembers = "other-members"
  case liveFile = "live-file"
  case fileChanging = "file-changing"
  case repairInProgress = "repair-in-progress"
  case verificationIncomplete = "verification-incomplete"
  case numbersExhausted = "numbers-exhausted"
  // Copies of the superblock.
  case superblockCopyDamaged = "superblock-copy-damaged"
  case superblockCopyStale = "superblock-copy-stale"
  case superblockCopyUnacknowledged = "superblock-copy-unacknowledged"
  case superblockCopyMisdirected = "superblock-copy-misdirected"
  case superblockCopyUnreadable = "superblock-copy-unreadable"
  case superblockCopyMissing = "superblock-copy-missing"
  case superblockCopyForeign = "superblock-copy-foreign"
  // The superblock.
  case superblockNotFound = "superblock-not-found"
  case superblockIdentitiesDiffer = "superblock-identities-differ"
  case superblockFork = "superblock-fork"
  case superblockCopyAhead = "superblock-copy-ahead"
  case superblockNotLinked = "superblock-not-linked"
  case superblockQuorumLost = "superblock-quorum-lost"
  case superblockRolledBack = "superblock-rolled-back"
  // The write-ahead log: what a replica gets over.
  case walHeaderCorrupt = "wal-header-corrupt"
  case walHeaderBehind = "wal-header-behind"
  case walTailTorn = "wal-tail-torn"
  case walTailLeftover = "wal-tail-leftover"
  case walTailDamaged = "wal-tail-damaged"
  case walSlotVacantDamaged = "wal-slot-vacant-damaged"
  case walSlotGivenUp = "wal-slot-given-up"
  case walPrepareUnusedDamaged = "wal-prepare-unused-damaged"
  // The write-ahead log: what a replica refuses.
  case walPrepareCorrupt = "wal-prepare-corrupt"
  case walPrepareMissing = "wal-prepare-missing"
  case walEntriesDisagree = "wal-entries-disagree"
  case walEntryLost = "wal-entry-lost"
  case walEntryUnknown = "wal-entry-unknown"
  case walEntryUnexpected = "wal-entry-unexpected"
  case walHeadUndecidable = "wal-head-undecidable"
  case walChainBroken = "wal-chain-broken"
  // The checkpoint and its tree.
  case checkpointDamaged = "checkpoint-damaged"
  case checkpointInconsistent = "checkpoint-inconsistent"
  case blockCorrupt = "block-corrupt"
  case blockUnexpected = "block-unexpected"
  case blockInconsistent = "block-inconsistent"
  case blockUnknown = "block-unknown"
  case treeInconsistent = "tree-inconsistent"
  case treeMiscounted = "tree-miscounted"
  case blockReplacedDamaged = "block-replaced-damaged"
  case blockUnusedDamaged = "block-unused-damaged"
  case blockLeftover = "block-leftover"
  // Client replies.
  case replyAhead = "reply-ahead"
  case replyLost = "reply-lost"
  case replySlotDamaged = "reply-slot-damaged"
  case replyTorn = "reply-torn"
}

extension FindingKind {
  public var name: String { rawValue }
  /// What the catalogue says of it.
  public var entry: FindingEntry { FindingCatalogue.entry(self) }
  /// The exit code that it calls for.
  public var exitCode: ExitCode { entry.exitCode }

  /// What findings of this kind call for, if the file alone holds all that it takes to make them right.
  static func exitCode(of kind: FindingKind, isRebuildable: Bool) -> ExitCode {
    isRebuildable && kind.exitCode == .restorable ? .repairable : kind.exitCode
  }
  public var severity: Severity { entry.severity }
  public var meaning: String { entry.meaning }
  /// What most likely happened.
  public var cause: String { entry.causes.joined(separator: ", or ") }
  /// What it puts at risk.
  public var risk: String { entry.risk }
  public var next: NextStep { entry.next }
}
