/// The recovery table (rule R14; recovery theory A3 and D4, with rule R12's order of writes): for every combination of what
/// the two rings hold, exactly one row. The whole log's decision, `JournalRecovery`, is computed from these.
///
/// Prepares may be written concurrently; headers become durable in op order, each after its prepare; an entry is
/// acknowledged after its header. So a valid header proves that its prepare was durable; and where a header is valid but
/// older, neither that op nor any later one has been acknowledged.
public enum RecoveryTable {
  public static let rows: [RecoveryRow] = [
    RecoveryRow(
      name: "intact", headers: [.current], prepares: [.current], agreement: .same,
      alone: .keep, aloneInTail: .keep, several: .keep, have: true, nack: .otherEntries,
      evidence: "both rings hold the same entry"),
    RecoveryRow(
      name: "entries-disagree", headers: [.current], prepares: [.current], agreement: .different,
      alone: .lost, aloneInTail: .lost, several: .ask, fault: .entriesDisagree, have: true, nack: .otherEntries,
      evidence: "the rings hold two different entries of this op, and a header is written after its own prepare"),
    RecoveryRow(
      name: "prepare-corrupt", headers: [.current], prepares: [.bad], agreement: .notApplicable,
      alone: .lost, aloneInTail: .lost, several: .ask, fault: .prepareCorrupt, have: false, nack: .otherEntries,
      evidence: "the header proves that the prepare was durable: it is damaged, not torn"),
    RecoveryRow(
      name: "prepare-missing", headers: [.current], prepares: [.reserved, .older], agreement: .notApplicable,
      alone: .lost, aloneInTail: .lost, several: .ask, fault: .prepareMissing, have: false, nack: .otherEntries,
      evidence: "the header proves that the prepare was durable: a lost or misdirected write"),
    RecoveryRow(
      name: "header-corrupt", headers: [.bad, .unknown], prepares: [.current], agreement: .notApplicable,
      alone: .fix, aloneInTail: .fix, several: .fix, have: true, nack: .never,
      evidence: "the prepare certifies itself; its header is damaged"),
    RecoveryRow(
      name: "header-behind", headers: [.vacated, .reserved, .older], prepares: [.current], agreement: .notApplicable,
      alone: nil, aloneInTail: .fix, several: .fix, have: true, nack: .never,
      evidence: "the prepare is durable, its header was not yet written: a crash in between"),
    RecoveryRow(
      name: "both-corrupt", headers: [.bad, .unknown], prepares: [.bad], agreement: .notApplicable,
      alone: .undecidable, aloneInTail: .cut, several: .ask, have: false, nack: .never,
      evidence: "neither ring can be read here"),
    RecoveryRow(
      name: "header-corrupt-vacant", headers: [.bad, .unknown], prepares: [.reserved, .older],
      agreement: .notApplicable,
      alone: .vacant, aloneInTail: .vacant, several: .ask, have: false, nack: .never,
      evidence: "the header is damaged, and the prepare ring shows no prepare of this op"),
    RecoveryRow(
      name: "torn", headers: [.reserved, .older], prepares: [.bad], agreement: .notApplicable,
      alone: nil, aloneInTail: .cut, several: .cut, have: false, nack: .always,
      evidence: "the prepare was being written at the crash: its header is older, so it was never acknowledged"),
    RecoveryRow(
      name: "vacated-torn", headers: [.vacated], prepares: [.bad], agreement: .notApplicable,
      alone: nil, aloneInTail: .cut, several: .ask, have: false, nack: .never,
      evidence:
        "the slot was found damaged and given up above the cut; the prepare written since was never acknowledged"),
    RecoveryRow(
      name: "blank", headers: [.reserved, .older], prepares: [.reserved, .older], agreement: .notApplicable,
      alone: nil, aloneInTail: .blank, several: .blank, have: false, nack: .always,
      evidence: "both rings are valid and older: nothing of this op was written"),
    RecoveryRow(
      name: "vacated", headers: [.vacated], prepares: [.reserved, .older], agreement: .notApplicable,
      alone: nil, aloneInTail: .blank, several: .ask, have: false, nack: .never,
      evidence: "the slot was found damaged and given up above the cut; nothing was written since"),
    RecoveryRow(
      name: "header-ahead", headers: [.ahead], prepares: PrepareCondition.allCases, agreement: .notApplicable,
      alone: .stale, aloneInTail: .stale, several: .ask, have: false, nack: .never,
      evidence: "the header ring holds an op or term that this superblock rules out: the superblock was rolled back"),
    RecoveryRow(
      name: "prepare-ahead", headers: HeaderCondition.allCases.filter { $0 != .ahead }, prepares: [.ahead],
      agreement: .notApplicable,
      alone: .stale, aloneInTail: .stale, several: .ask, have: false, nack: .never,
      evidence: "the prepare ring holds an op or term that this superblock rules out: the superblock was rolled back"),
  ]

  /// The index in `rows` of the one row for `condition`.
  public static func index(of condition: SlotCondition) -> Int {
    Int(indexes[key(condition)])
  }

  private static let indexes: [UInt8] = {
    var indexes = [UInt8](repeating: 0, count: HeaderCondition.allCases.count * 16)
    for condition in SlotCondition.all {
      let matching = rows.indices.filter { rows[$0].matches(condition) }
      precondition(matching.count == 1, "every combination of ring states has exactly one row")
      indexes[key(condition)] = UInt8(matching[0])
    }
    return indexes
  }()

  private static func key(_ condition: SlotCondition) -> Int {
    Int(condition.header.rawValue) * 16 + Int(condition.prepare.rawValue) * 2
      + (condition.agreement == .different ? 1 : 0)
  }
}
