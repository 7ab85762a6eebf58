public import MKraftFormat

/// Decides on a whole log from the evidence of its slots, given in op order from the checkpoint on (rule R13).
///
///     checkpoint                                g: first header that is valid but older
///         |  entries in both rings: acknowledged |  prepares only: kept while they chain  |  torn or blank
///     ----+--------------------------------------+----------------------------------------+--------------->  op
///                                                                                         head ^
///
/// What was acknowledged is never given up: if a valid header, a commit stamp or the superblock shows that the log reached
/// an op that is not kept, that op is a fault. It holds two bytes a slot, whatever the size of the entries.
public struct JournalRecovery: Sendable {
  private enum Phase {
    case extending
    /// A damaged slot without a prepare, below the tail: the end of the log, or a hole in it.
    case gap(undecidable: Bool)
    case ended
  }

  private let superblock: Superblock
  private let geometry: Geometry
  private var decision: JournalDecision
  private var phase = Phase.extending
  private var nextOp: UInt64
  /// What forbids the end found so far, if it turns out that the log went on.
  private var suspects: [JournalFault] = []
  private var suspectCount = 0
  /// The entry before the next op, as far as it is known: the parent that the next one must name.
  private var previous: PrepareHeader

  public init(_ superblock: Superblock) {
    self.superblock = superblock
    geometry = superblock.geometry
    previous = superblock.checkpoint.header
    nextOp = superblock.checkpoint.op + 1
    let floor = max(superblock.cut.op, superblock.clean?.op ?? 0, superblock.commitMax)
    decision = JournalDecision(
      head: superblock.checkpoint.header, end: .full, tailStart: nil, commitMax: superblock.commitMax,
      provenOp: floor,
      slots: Array(repeating: SlotVerdict(row: 0, disposition: .blank), count: Int(geometry.slotCount)),
      faults: [], faultCount: 0)
  }

  /// The slot whose evidence is wanted next; nil when every slot was given.
  public var nextSlot: Int? {
    nextOp > geometry.lastOp(after: superblock.checkpoint.op) ? nil : geometry.slot(of: nextOp)
  }

  /// Takes the evidence of `nextSlot`, and says what becomes of the slot if the replica starts at all.
  @discardableResult
  public mutating func add(_ evidence: SlotEvidence) -> SlotVerdict.Disposition {
    precondition(evidence.slot == nextSlot, "slots are given in op order, each once")
    let op = nextOp
    nextOp += 1
    let condition = SlotCondition(evidence, expecting: op, superblock)
    let row = RecoveryTable.index(of: condition)
    if decision.tailStart == nil && condition.header.opensTail { decision.tailStart = op }
    noteProofs(evidence, condition, op: op)
    let disposition = dispose(evidence, condition, op: op, row: row)
    decision.slots[evidence.slot] = SlotVerdict(row: UInt8(row), disposition: disposition)
    return disposition
  }

  /// Commit stamps prove commitment, whatever became of the entry; a header of the expected op proves that the log reached it.
  private mutating func noteProofs(_ evidence: SlotEvidence, _ condition: SlotCondition, op: UInt64) {
    let stamps = [evidence.validHeader, evidence.validPrepare].compactMap { $0?.kind == .prepare ? $0?.commit : nil }
    decision.commitMax = max(decision.commitMax, stamps.max() ?? 0)
    decision.provenOp = max(decision.provenOp, decision.commitMax)
    if condition.header == .current { decision.provenOp = max(decision.provenOp, op) }
  }

  private mutating func dispose(
    _ evidence: SlotEvidence, _ condition: SlotCondition, op: UInt64, row: Int
  ) -> SlotVerdict.Disposition {
    let rule = RecoveryTable.rows[row]
    let inTail = decision.tailStart != nil
    guard let choice = inTail ? rule.aloneInTail : rule.alone else {
      preconditionFailure("a header that opens the tail lies in it")
    }
    if choice == .stale {
      addFault(.superblockStale, op: op, row: row, expected: nil)
      return .faulty
    }
    switch phase {
    case .extending: return extend(evidence, choice, op: op, row: row, inTail: inTail)
    case .gap(let undecidable):
      if choice == .undecidable { phase = .gap(undecidable: true) }
      _ = undecidable
      if choice == .fix && !inTail { decision.provenOp = max(decision.provenOp, op) }
      return afterEnd(evidence, choice, op: op, row: row)
    case .ended: return afterEnd(evidence, choice, op: op, row: row)
    }
  }

  private mutating func extend(
    _ evidence: SlotEvidence, _ choice: RecoveryRow.Decision, op: UInt64, row: Int, inTail: Bool
  ) -> SlotVerdict.Disposition {
    if let clean = superblock.clean, op > clean.op {
      phase = .ended
      decision.end = .cleanStop
      return afterEnd(evidence, choice, op: op, row: row)
    }
    switch choice {
    case .keep, .fix:
      guard let entry = evidence.validPrepare else { preconditionFailure("keep and fix have a valid prepare") }
      return extend(with: entry, choice, op: op, row: row, inTail: inTail, evidence)
    case .lost:
      addFault(lostKind(row), op: op, row: row, expected: evidence.validHeader?.checksum)
      if let header = evidence.validHeader { previous = header }
      return .faulty
    case .vacant, .undecidable:
      phase = .gap(undecidable: choice == .undecidable)
      decision.end = .vacant
    case .blank:
      phase = .ended
      decision.end = .blank
    case .cut:
      phase = .ended
      decision.end = .torn
    case .stale, .ask:
      preconditionFailure("a replica alone asks nobody, and stale slots were dealt with")
    }
    return afterEnd(evidence, choice, op: op, row: row)
  }

  private mutating func extend(
    with entry: PrepareHeader, _ choice: RecoveryRow.Decision, op: UInt64, row: Int, inTail: Bool,
    _ evidence: SlotEvidence
  ) -> SlotVerdict.Disposition {
    guard entry.isChild(of: previous) else {
      // In the tail only a header proves that the entry belongs here; without one it is a leftover.
      if inTail && choice == .fix {
        phase = .ended
        decision.end = .unchained
        return afterEnd(evidence, .cut, op: op, row: row)
      }
      addFault(.chainBroken, op: op, row: row, expected: nil)
      previous = entry
      return .faulty
    }
    if let expected = namedBySuperblock(op), expected != entry.checksum {
      addFault(.entryUnexpected, op: op, row: row, expected: expected)
      previous = entry
      return .faulty
    }
    previous = entry
    if decision.faultCount == 0 { decision.head = entry }
    return choice == .keep ? .kept : .fixed
  }

  /// A slot beyond the end found so far. What is not intact here is a fault if the log proves to have gone on.
  private mutating func afterEnd(
    _ evidence: SlotEvidence, _ choice: RecoveryRow.Decision, op: UInt64, row: Int
  ) -> SlotVerdict.Disposition {
    if let clean = superblock.clean, op > clean.op,
      evidence.validHeader.map({ $0.op == op && $0.kind == .prepare }) == true
    {
      addFault(.superblockStale, op: op, row: row, expected: nil)
      return .faulty
    }
    let expected = evidence.validHeader.flatMap { $0.kind == .prepare && $0.op == op ? $0.checksum : nil }
    switch choice {
    case .keep, .fix: return choice == .keep ? .faulty : .cut
    case .lost: suspect(lostKind(row), op: op, row: row, expected: expected)
    case .blank, .vacant, .undecidable, .cut:
      suspect(.entryLost, op: op, row: row, expected: expected ?? namedBySuperblock(op))
    case .stale, .ask: preconditionFailure("dealt with before")
    }
    return switch choice {
    case .blank: .blank
    case .cut: RecoveryTable.rows[row].headers.contains(.bad) ? .vacated : .cut
    case .lost: .faulty
    default: .vacated
    }
  }

  /// The decision, when every slot was given.
  public consuming func finish() -> JournalDecision {
    precondition(nextSlot == nil, "every slot was given")
    if decision.provenOp > decision.head.op { convictSuspects() }
    if decision.faultCount == 0, case .gap(undecidable: true) = phase, superblock.clean == nil { convictUndecidable() }
    decision.faults.sort { $0.op < $1.op }
    return decision
  }

  private mutating func convictSuspects() {
    for suspect in suspects where suspect.op <= decision.provenOp {
      addFault(suspect.kind, op: suspect.op, row: suspect.row, expected: suspect.expected)
    }
    // An intact run above a leftover or beyond the last slot given: the first op that is not kept is the fault.
    guard decision.faultCount == 0 else { return }
    let op = decision.head.op + 1
    let slot = geometry.slot(of: op)
    addFault(.chainBroken, op: op, row: Int(decision.slots[slot].row), expected: namedBySuperblock(op))
  }

  private mutating func convictUndecidable() {
    let limit = decision.tailStart ?? nextOp
    for suspect in suspects where suspect.op < limit {
      addFault(.headUndecidable, op: suspect.op, row: suspect.row, expected: nil)
    }
  }

  private func lostKind(_ row: Int) -> JournalFault.Kind {
    switch RecoveryTable.rows[row].name {
    case "prepare-corrupt": .prepareCorrupt
    case "prepare-missing": .prepareMissing
    default: .entriesDisagree
    }
  }

  /// The checksum that the superblock gives for the entry of `op`.
  private func namedBySuperblock(_ op: UInt64) -> UInt128? {
    if op == superblock.cut.op { return superblock.cut.checksum }
    if let clean = superblock.clean, op == clean.op { return clean.checksum }
    return superblock.suffix.header(of: op)?.checksum
  }

  private mutating func suspect(_ kind: JournalFault.Kind, op: UInt64, row: Int, expected: UInt128?) {
    suspectCount += 1
    guard suspects.count < JournalDecision.faultLimit else { return }
    suspects.append(JournalFault(kind: kind, op: op, slot: geometry.slot(of: op), expected: expected, row: row))
  }

  private mutating func addFault(_ kind: JournalFault.Kind, op: UInt64, row: Int, expected: UInt128?) {
    decision.faultCount += 1
    let slot = geometry.slot(of: op)
    decision.slots[slot] = SlotVerdict(row: UInt8(row), disposition: .faulty)
    guard decision.faults.count < JournalDecision.faultLimit else { return }
    decision.faults.append(JournalFault(kind: kind, op: op, slot: slot, expected: expected, row: row))
  }
}

extension PrepareHeader {
  /// Whether this entry may follow `parent`: op, parent checksum, and what must not decrease along the chain.
  public func isChild(of parent: PrepareHeader) -> Bool { brokenChainInvariant(after: parent) == nil }

  /// The chain invariant that this entry breaks as the successor of `parent`.
  public func brokenChainInvariant(after parent: PrepareHeader) -> Invariant? {
    guard op == parent.op &+ 1, self.parent == parent.checksum else { return .chainParent }
    guard term >= parent.term else { return .chainTerm }
    guard timestamp > parent.timestamp else { return .chainTimestamp }
    guard commit >= parent.commit else { return .chainCommit }
    return nil
  }
}
