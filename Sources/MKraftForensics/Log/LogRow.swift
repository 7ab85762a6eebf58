public import MKraftFormat
public import MKraftStorage

/// One slot of the log: what both rings hold, and what a replica alone makes of it.
public struct LogRow: Sendable {
  /// What is known of the body of the slot's prepare.
  public enum Body: String, Sendable, CaseIterable {
    case verified
    /// Another one than its header speaks of.
    case mismatch
    /// Not read.
    case unverified
    /// There is no prepare, or its header is not right.
    case none
  }

  /// Whether the entry follows the one before it.
  public enum Link: Sendable, Equatable {
    case ok
    case broken(Invariant)
    /// One of the two is not known.
    case unknown

    public var name: String {
      switch self {
      case .ok: "ok"
      case .broken(let invariant): invariant.name
      case .unknown: "unknown"
      }
    }
  }

  /// The one op above the checkpoint that may stand in this slot.
  public let op: UInt64
  public let slot: Int
  public let evidence: SlotEvidence
  public let condition: SlotCondition
  public let body: Body
  /// What the recovery table says of the slot.
  public let rule: RecoveryRow
  /// Whether the decision looked at it: not if it lies above the head that a file in use is judged as of. It then counts as
  /// blank.
  public let isJudged: Bool
  /// Whether it lies at or above the lowest op whose header slot is valid but older (rule R13).
  public let isInTail: Bool
  /// What the whole log's decision makes of the slot. It depends on every body that was not read.
  public let disposition: SlotVerdict.Disposition
  /// Why a replica refuses, if because of this slot.
  public let fault: JournalFault.Kind?
  public internal(set) var link: Link
  /// Whether the log ends before this slot.
  public let isFirstAfterHead: Bool
  /// Whether the slot changed between the decision and its showing: the file is in use.
  public let hasChanged: Bool

  /// The decision of a replica alone on this slot; nil if it hangs on a body that was not read.
  public var decision: RecoveryRow.Decision? { body == .unverified ? nil : decisionIfBodyIsRight }

  /// The decision of a replica alone, provided that a body which was not read is right.
  public var decisionIfBodyIsRight: RecoveryRow.Decision {
    isInTail ? rule.aloneInTail : rule.alone ?? rule.aloneInTail
  }

  /// The entry of this slot's op, as far as it is known: from the prepare ring if its body is right or was not read, else
  /// from the header ring, else of a prepare whose body is gone.
  public var entry: PrepareHeader? {
    if condition.prepare == .current { return evidence.validPrepare }
    if condition.header == .current { return evidence.validHeader }
    if case .bodyMismatch(let header) = evidence.prepare, header.op == op { return header }
    return nil
  }

  /// The header that stands in the prepare ring, whatever its body is.
  public var prepareHeader: PrepareHeader? { evidence.prepareHeader }

  /// Headers of entries that stand in the slot, of whatever op.
  public var heldEntries: [PrepareHeader] {
    [evidence.validHeader, prepareHeader].compactMap { $0?.kind == .prepare ? $0 : nil }
  }
}
