/// A row of the recovery table (rule R14): what the two rings of a slot mean, and what to do about it.
public struct RecoveryRow: Sendable {
  /// What a replica does with the slot.
  public enum Decision: String, Sendable {
    /// Both rings hold the entry.
    case keep
    /// The prepare ring holds the entry; its header is written to the header ring.
    case fix
    /// Nothing was written here; the log ends before.
    case blank
    /// A prepare that was never acknowledged; the log ends before.
    case cut
    /// The header is damaged and no entry was prepared: the log ends before, unless something above shows that it went on.
    case vacant
    /// Both rings are damaged: whether there was an entry cannot be told.
    case undecidable
    /// An entry was acknowledged, and its content is not here.
    case lost
    /// An entry that the superblock's state does not allow: the superblock is older than the log.
    case stale
    /// Get the entry from the other replicas; abstain until then.
    case ask
  }

  /// When the replica may say of an entry of this slot that it certainly never held it. This is what the slot alone says: it
  /// holds only above `JournalDecision.provenOp`, for a log that proves to have reached the slot did hold an entry in it.
  public enum Nack: String, Sendable {
    case never
    /// Of any entry but the one (or two) whose identity is known here.
    case otherEntries = "other-entries"
    /// Of any entry of the expected op.
    case always
  }

  public let name: String
  public let headers: [HeaderCondition]
  public let prepares: [PrepareCondition]
  public let agreement: Agreement
  /// For a replica alone, below the tail; nil where the header condition itself opens the tail.
  public let alone: Decision?
  /// For a replica alone, in the tail: from the lowest op on whose header slot is valid but older (rule R13).
  public let aloneInTail: Decision
  /// For one replica of several.
  public let several: Decision
  /// What is wrong when the entry is lost; nil in rows that never lose one.
  public let fault: JournalFault.Kind?
  /// Whether the content can be used: it certifies itself.
  public let have: Bool
  public let nack: Nack
  /// Why.
  public let evidence: String

  init(
    name: String, headers: [HeaderCondition], prepares: [PrepareCondition], agreement: Agreement, alone: Decision?,
    aloneInTail: Decision, several: Decision, fault: JournalFault.Kind? = nil, have: Bool, nack: Nack, evidence: String
  ) {
    self.name = name
    self.headers = headers
    self.prepares = prepares
    self.agreement = agreement
    self.alone = alone
    self.aloneInTail = aloneInTail
    self.several = several
    self.fault = fault
    self.have = have
    self.nack = nack
    self.evidence = evidence
  }

  public func matches(_ condition: SlotCondition) -> Bool {
    headers.contains(condition.header) && prepares.contains(condition.prepare) && agreement == condition.agreement
  }
}
