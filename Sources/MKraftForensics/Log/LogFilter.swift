public import MKraftFormat
internal import MKraftStorage

/// Which slots of a log to show: those that satisfy everything that is set.
public struct LogFilter: Sendable {
  /// Expected ops, or ops of entries that stand in the slot.
  public var ops: ClosedRange<UInt64>?
  public var slots: ClosedRange<Int>?
  /// Of an entry in either ring.
  public var term: UInt64?
  public var client: UInt128?
  /// An operation's number.
  public var operation: UInt8?
  /// Timestamps of entries, nanoseconds since 1970 UTC.
  public var times: ClosedRange<UInt64>?
  /// A name out of `states`.
  public var state: String?

  public init() {}

  /// Whether every slot is shown.
  public var isEmpty: Bool {
    ops == nil && slots == nil && term == nil && client == nil && operation == nil && state == nil
      && times == nil
  }

  /// Every name that `state` may be: a row of the recovery table, a decision, a disposition, a fault, or the state of a
  /// ring as `header=STATE`, `prepare=STATE`, `body=STATE`.
  public static let states: [String] = {
    var names: [String] = []
    func add(_ more: [String]) { for name in more where !names.contains(name) { names.append(name) } }
    add(RecoveryTable.rows.map(\.name))
    add(
      RecoveryTable.rows.flatMap { [$0.alone, $0.aloneInTail].compactMap { $0?.rawValue } })
    add(SlotVerdict.Disposition.all.map(\.name))
    add(JournalFault.Kind.allCases.map(\.rawValue))
    add(HeaderCondition.allCases.map { "header=" + $0.name })
    add(PrepareCondition.allCases.map { "prepare=" + $0.name })
    add(LogRow.Body.allCases.map { "body=" + $0.rawValue })
    return names
  }()

  public func matches(_ row: LogRow) -> Bool {
    if let slots, !slots.contains(row.slot) { return false }
    let entries = row.heldEntries
    if let ops, !ops.contains(row.op), !entries.contains(where: { ops.contains($0.op) }) { return false }
    if isAboutEntries, !entries.contains(where: matchesContents) { return false }
    if let state, !row.isIn(state) { return false }
    return true
  }

  /// Whether an entry that stands in a slot satisfies everything that is set but `state`.
  public func matches(_ entry: PrepareHeader, slot: Int) -> Bool {
    (slots?.contains(slot) ?? true) && (ops?.contains(entry.op) ?? true) && matchesContents(entry)
  }

  private var isAboutEntries: Bool { term != nil || client != nil || operation != nil || times != nil }

  private func matchesContents(_ entry: PrepareHeader) -> Bool {
    if let term, entry.term != term { return false }
    if let client, entry.client != client { return false }
    if let operation, entry.operation != operation { return false }
    return times?.contains(entry.timestamp) ?? true
  }
}

extension LogRow {
  /// Whether one of `LogFilter.states` describes the slot.
  func isIn(_ state: String) -> Bool {
    state == rule.name || state == decision?.rawValue || state == disposition.name || state == fault?.rawValue
      || state == "header=" + condition.header.name || state == "prepare=" + condition.prepare.name
      || state == "body=" + body.rawValue
  }
}
