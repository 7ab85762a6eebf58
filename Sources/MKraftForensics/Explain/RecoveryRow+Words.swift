internal import MKraftFormat
public import MKraftStorage

extension RecoveryRow.Decision {
  /// What it comes to, for an operator.
  public var words: String {
    switch self {
    case .keep: "both rings hold the entry"
    case .fix: "the prepare ring holds the entry; its header is written to the header ring"
    case .blank: "nothing was written here; the log ends before it"
    case .cut: "a prepare that was never acknowledged; the log ends before it"
    case .vacant:
      "the header is damaged and no entry was prepared: the log ends before it, unless something above goes on"
    case .undecidable: "both rings are damaged: whether there was an entry cannot be told from this slot"
    case .lost: "an entry was acknowledged, and its content is not here"
    case .stale: "an entry that the superblock does not allow: the superblock is older than the log"
    case .ask: "the entry is to be had from the other replicas; until they answer the replica abstains"
    }
  }
}

extension RecoveryRow.Nack {
  /// What it comes to, for an operator.
  public var words: String {
    switch self {
    case .never: "the replica may never say that it did not hold an entry of this op"
    case .otherEntries: "the replica certainly never held any other entry of this op than the one known here"
    case .always: "the replica certainly never held any entry of this op"
    }
  }
}

extension SlotVerdict.Disposition {
  /// What the decision on the whole log makes of the slot, for an operator.
  public var words: String {
    switch self {
    case .kept: "part of the log; nothing to do"
    case .fixed: "part of the log; a replica writes its header anew when it starts"
    case .blank: "not part of the log; nothing to do"
    case .cut: "not part of the log: it was never acknowledged, and will be overwritten"
    case .vacated: "damaged and not part of the log: a replica marks it so when it starts"
    case .faulty: "part of the log, and not usable: a replica refuses to start"
    }
  }
}
