public import MKraftFormat

/// The conditions of one slot's two rings: what the recovery table is looked up by.
public struct SlotCondition: Sendable, Equatable, Hashable {
  public let header: HeaderCondition
  public let prepare: PrepareCondition
  public let agreement: Agreement

  public init(header: HeaderCondition, prepare: PrepareCondition, agreement: Agreement) {
    precondition(
      (agreement != .notApplicable) == (header == .current && prepare == .current),
      "the rings compare when both are current, and only then")
    self.header = header
    self.prepare = prepare
    self.agreement = agreement
  }

  /// Every combination that there is.
  public static var all: [SlotCondition] {
    HeaderCondition.allCases.flatMap { header in
      PrepareCondition.allCases.flatMap { prepare in
        header == .current && prepare == .current
          ? [Agreement.same, .different].map { SlotCondition(header: header, prepare: prepare, agreement: $0) }
          : [SlotCondition(header: header, prepare: prepare, agreement: .notApplicable)]
      }
    }
  }

  /// Classifies the evidence of a slot that is expected to hold `op`, under what the superblock knows.
  public init(_ evidence: SlotEvidence, expecting op: UInt64, _ superblock: Superblock) {
    let bounds = Bounds(superblock)
    let header = SlotCondition.classify(evidence.header, expecting: op, bounds)
    let prepare = SlotCondition.classify(evidence.prepare, expecting: op, bounds)
    let comparable = header == .current && prepare == .current
    let same = evidence.validHeader?.checksum == evidence.validPrepare?.checksum
    self.init(header: header, prepare: prepare, agreement: comparable ? (same ? .same : .different) : .notApplicable)
  }

  private static func classify(
    _ evidence: SlotEvidence.HeaderEvidence, expecting op: UInt64, _ bounds: Bounds
  ) -> HeaderCondition {
    guard case .valid(let header) = evidence else { return .bad }
    switch header.kind {
    case .reserved: return .reserved
    case .unknown: return op > bounds.cut ? .vacated : .unknown
    default:
      return switch bounds.age(of: header, expecting: op) {
      case .older: .older
      case .current: .current
      case .ahead: .ahead
      }
    }
  }

  private static func classify(
    _ evidence: SlotEvidence.PrepareEvidence, expecting op: UInt64, _ bounds: Bounds
  ) -> PrepareCondition {
    guard case .valid(let header) = evidence else { return .bad }
    guard header.kind == .prepare else { return header.kind == .reserved ? .reserved : .bad }
    return switch bounds.age(of: header, expecting: op) {
    case .older: .older
    case .current: .current
    case .ahead: .ahead
    }
  }

  enum Age { case older, current, ahead }

  /// What the superblock allows an entry to be.
  struct Bounds: Sendable {
    /// Above this op, entries of a term older than `logTerm` are void (rule R7).
    let cut: UInt64
    let logTerm: UInt64

    init(_ superblock: Superblock) {
      cut = superblock.cut.op
      logTerm = superblock.logTerm
    }

    func age(of header: PrepareHeader, expecting op: UInt64) -> Age {
      if header.op > op || header.term > logTerm { return .ahead }
      if header.op < op { return .older }
      let isVoid = header.op > cut && header.term < logTerm
      return isVoid ? .older : .current
    }
  }
}
