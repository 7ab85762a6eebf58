/// Something in the log that a replica alone cannot get over: it refuses to start, naming it, and changes nothing.
public struct JournalFault: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// The header is right, the prepare is damaged.
    case prepareCorrupt = "prepare-corrupt"
    /// The header is right, the prepare ring shows an older entry or a blank slot.
    case prepareMissing = "prepare-missing"
    /// Two different entries of one op.
    case entriesDisagree = "entries-disagree"
    /// Both rings are damaged, and the log goes on above or is known to have reached this op.
    case entryLost = "entry-lost"
    /// Both rings are damaged at what may have been the head: whether there was an entry cannot be told.
    case headUndecidable = "head-undecidable"
    /// The entry is right by itself, but not the child of the one before.
    case chainBroken = "chain-broken"
    /// The entry is right by itself, but the superblock names another at this op.
    case entryUnexpected = "entry-unexpected"
    /// The log holds what the superblock rules out: the superblock was rolled back.
    case superblockStale = "superblock-stale"
  }

  public let kind: Kind
  public let op: UInt64
  public let slot: Int
  /// Checksum of the header of the entry that should stand here, where it is known.
  public let expected: UInt128?
  /// Index into the recovery table.
  public let row: Int
}
