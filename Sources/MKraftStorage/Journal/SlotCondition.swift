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
    let header = SlotCondition.classify(evidence.header, expecting: op, superblock)
    let prepare = SlotCondition.classify(evidence.prepare, expecting: op, superblock)
    let comparable = header == .current && prepare == .current
    let same = evidence.validHeader?.checksum == evidence.validPrepare?.checksum
    self.init(header: header, prepare: prepare, agreement: comparable ? (same ? .same : .different) : .notApplicable)
  }

  private static func classify(
    _ evidence: SlotEvidence.HeaderEvidence, expecting op: UInt64, _ superblock: Superblock
  ) -> HeaderCondition {
    guard case .valid(let header) = evidence else { return .bad }
    switch header.kind {
    case .reserved: return .reserved
    case .unknown: return op > superblock.cut.op ? .vacated : .unknown
    default:
      return switch age(of: header, expecting: op, superblock) {
      case .older: .older
      case .current: .current
      case .ahead: .ahead
      }
    }
  }

  private static func classify(
    _ evidence: SlotEvidence.PrepareEvidence, expecting op: UInt64, _ superblock: Superblock
  ) -> PrepareCondition {
    guard case .valid(let header) = evidence else { return .bad }
    guard header.kind == .prepare else { return header.kind == .reserved ? .reserved : .bad }
    return switch age(of: header, expecting: op, superblock) {
    case .older: .older
    case .current: .current
    case .ahead: .ahead
    }
  }

  private enum Age { case older, current, ahead }

  private static func age(of header: PrepareHeader, expecting op: UInt64, _ superblock: Superblock) -> Age {
    if header.op > op || header.term > superblock.logTerm { return .ahead }
    if header.op < op { return .older }
    let isVoid = header.op > superblock.cut.op && header.term < superblock.logTerm
    return isVoid ? .older : .current
  }
}
