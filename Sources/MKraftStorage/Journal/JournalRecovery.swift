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
    /// A damaged slot without a usable prepare, below the tail: the end of the log, or a hole in it.
    case gap
    case ended
  }

  /// The slot being decided on.
  private struct Slot {
    let op: UInt64
    let slot: Int
    let header: HeaderCondition
    /// Index into the recovery table.
    let row: Int
    /// What the table says of this slot alone.
    let choice: RecoveryRow.Decision
    let isInTail: Bool
    /// Checksum of the entry that the header ring names for this op.
    let named: UInt128?
  }

  private let superblock: Superblock
  private let geometry: Geometry
  /// What the superblock's suffix headers name, in op order; apart from the superblock, which is too large to be copied at
  /// every slot.
  private let suffix: [LogPosition]
  private let runRules: EntryRunRules
  private let checkpointIDs: CheckpointIDs
  private var decision: JournalDecision
  private var phase = Phase.extending
  private var isUndecidable = false
  private var nextOp: UInt64
  /// What forbids the end found so far, if it turns out that the log went on.
  private var suspects: [JournalFault] = []
  /// The entry before the next op, as far as it is known: the parent that the next one must name.
  private var previous: PrepareHeader

  /// - Parameter provenOp: the log is known to have reached this op, whatever the superblock and the rings say:
  ///   `SuperblockDecision.provenOp`. 0 if no copy can be ahead of the superblock; and of a file in use, whose copies may be at any
  ///   time without anything being wrong.
  public init(_ superblock: Superblock, provenOp: UInt64) {
    self.superblock = superblock
    geometry = superblock.geometry
    suffix = (0..<superblock.suffix.count).map { LogPosition(superblock.suffix[$0]) }
    runRules = EntryRunRules(superblock)
    checkpointIDs = CheckpointIDs(superblock)
    previous = superblock.checkpoint.header
    nextOp = superblock.checkpoint.op + 1
    let floor = max(superblock.cut.op, superblock.clean?.op ?? 0, superblock.commitMax, provenOp)
    decision = JournalDecision(
      head: superblock.checkpoint.header, end: .full, tailStart: nil, commitMax: superblock.commitMax,
      provenOp: floor,
      slots: Array(repeating: SlotVerdict(row: 0, disposition: .blank), count: Int(geometry.slotCount)),
      faults: [], faultCount: 0)
  }

  private var lastOp: UInt64 { geometry.lastOp(after: superblock.checkpoint.op) }

  /// The slot whose evidence is wanted next; nil when every slot was given.
  public var nextSlot: Int? { nextOp > lastOp ? nil : geometry.slot(of: nextOp) }

  /// Takes the evidence of `nextSlot`, and says what becomes of the slot if the replica starts at all.
  @discardableResult
  public mutating func add(_ evidence: SlotEvidence) -> SlotVerdict.Disposition {
    precondition(evidence.slot == nextSlot, "slots are given in op order, each once")
    let condition = SlotCondition(evidence, expecting: nextOp, superblock)
    if decision.tailStart == nil && condition.header.opensTail { decision.tailStart = nextOp }
    let isInTail = decision.tailStart != nil
    let row = RecoveryTable.index(of: condition)
    let rule = RecoveryTable.rows[row]
    guard let choice = isInTail ? rule.aloneInTail : rule.alone else {
      preconditionFailure("a header that opens the tail lies in it")
    }
    let named = condition.header == .current ? evidence.validHeader?.checksum : nil
    let slot = Slot(
      op: nextOp, slot: evidence.slot, header: condition.header, row: row, choice: choice, isInTail: isInTail,
      named: named)
    nextOp += 1
    noteProofs(slot, evidence)
    let disposition = dispose(slot, evidence)
    decision.slots[evidence.slot] = SlotVerdict(row: UInt8(row), disposition: disposition)
    return disposition
  }

  /// Takes the evidence of the slots of `run`, of which the first is `nextSlot`, as `add` would take each, and says what becomes
  /// of the first. The others are kept whatever that is: they are in both rings, and each follows the one before.
  @discardableResult
  public mutating func add(_ run: EntryRun) -> SlotVerdict.Disposition {
    precondition(runRules.admit(run.last, as: nextOp + UInt64(run.slots.count) - 1), "a run of this log's entries")
    let disposition = add(run.firstEvidence)
    let row = decision.slots[run.slots.lowerBound].row
    nextOp += UInt64(run.slots.count) - 1
    // Ops and commit stamps grow along the chain.
    decision.commitMax = max(decision.commitMax, run.last.commit)
    decision.provenOp = max(decision.provenOp, decision.commitMax, run.last.op)
    for slot in run.slots.dropFirst() { decision.slots[slot] = SlotVerdict(row: row, disposition: .kept) }
    guard phase == .extending else { return disposition }
    previous = run.last
    if decision.faultCount == 0 { decision.head = run.last }
    return disposition
  }

  /// Commit stamps prove commitment, whatever became of the entry; a header of the expected op proves that the log reached it.
  private mutating func noteProofs(_ slot: Slot, _ evidence: SlotEvidence) {
    if case .valid(let header) = evidence.header { noteCommit(header) }
    if case .valid(let prepare) = evidence.prepare { noteCommit(prepare) }
    decision.provenOp = max(decision.provenOp, decision.commitMax)
    if slot.header == .current { decision.provenOp = max(decision.provenOp, slot.op) }
  }

  private mutating func noteCommit(_ header: PrepareHeader) {
    if header.kind == .prepare { decision.commitMax = max(decision.commitMax, header.commit) }
  }

  private mutating func dispose(_ slot: Slot, _ evidence: SlotEvidence) -> SlotVerdict.Disposition {
    if slot.choice == .stale {
      addFault(.superblockStale, slot)
      return .faulty
    }
    if phase == .extending, let clean = superblock.clean, slot.op > clean.op { end(.cleanStop) }
    if phase == .extending, let disposition = extend(slot, evidence) { return disposition }
    return disposeBeyondEnd(slot)
  }

  // MARK: Up to the head

  /// What becomes of a slot of the log; nil if the log ends before it.
  private mutating func extend(_ slot: Slot, _ evidence: SlotEvidence) -> SlotVerdict.Disposition? {
    switch slot.choice {
    case .keep, .fix: return append(slot, evidence)
    case .lost:
      addFault(lostKind(slot), slot, expected: slot.named)
      if let header = evidence.validHeader { previous = header }
      return .faulty
    case .vacant, .undecidable:
      phase = .gap
      decision.end = .vacant
    case .blank: end(.blank)
    case .cut: end(.torn)
    case .stale, .ask: preconditionFailure("a replica alone asks nobody, and stale slots were dealt with")
    }
    return nil
  }

  private mutating func append(_ slot: Slot, _ evidence: SlotEvidence) -> SlotVerdict.Disposition {
    guard let entry = evidence.validPrepare else { preconditionFailure("keep and fix have a valid prepare") }
    guard entry.isChild(of: previous), entry.checkpointID == checkpointIDs[slot.op] else {
      return appendUnchained(entry, slot)
    }
    let expected = namedBySuperblock(slot.op)
    guard expected == nil || expected == entry.checksum else {
      addFault(.entryUnexpected, slot, expected: expected)
      previous = entry
      return .faulty
    }
    previous = entry
    if decision.faultCount == 0 { decision.head = entry }
    return slot.choice == .keep ? .kept : .fixed
  }

  /// In the tail only a header proves that an entry belongs here; without one it is a leftover.
  private mutating func appendUnchained(_ entry: PrepareHeader, _ slot: Slot) -> SlotVerdict.Disposition {
    guard slot.isInTail && slot.choice == .fix else {
      addFault(.chainBroken, slot, expected: namedBySuperblock(slot.op))
      previous = entry
      return .faulty
    }
    end(.unchained)
    suspect(.chainBroken, slot)
    return slot.header.isDamaged ? .vacated : .cut
  }

  private mutating func end(_ end: JournalDecision.End) {
    phase = .ended
    decision.end = end
  }

  // MARK: Beyond the end found so far

  /// What is not intact here is a fault, if the log proves to have gone on.
  private mutating func disposeBeyondEnd(_ slot: Slot) -> SlotVerdict.Disposition {
    if let clean = superblock.clean, slot.op > clean.op, slot.header == .current {
      addFault(.superblockStale, slot)
      return .faulty
    }
    switch slot.choice {
    case .keep: return .kept
    case .lost:
      suspect(lostKind(slot), slot)
      return .faulty
    case .fix:
      // No header that is older stands below: this entry may have been acknowledged, and then those before it were.
      if phase == .gap && !slot.isInTail { decision.provenOp = max(decision.provenOp, slot.op) }
    case .undecidable:
      isUndecidable = isUndecidable || phase == .gap
      suspect(.entryLost, slot)
    case .blank, .vacant, .cut: suspect(.entryLost, slot)
    case .stale, .ask: preconditionFailure("a replica alone asks nobody, and stale slots were dealt with")
    }
    if slot.header.isDamaged { return .vacated }
    return slot.choice == .blank ? .blank : .cut
  }

  // MARK: The decision

  /// The decision, when every slot was given.
  public consuming func finish() -> JournalDecision {
    precondition(nextSlot == nil, "every slot was given")
    if decision.provenOp > decision.head.op { convictSuspects() }
    if decision.serves && isUndecidable { convictUndecidable() }
    keepProvenEntries()
    decision.faults.sort { $0.op < $1.op }
    return decision
  }

  private mutating func convictSuspects() {
    for suspect in suspects where suspect.op <= decision.provenOp { addFault(suspect) }
    guard decision.serves else { return }
    // Every slot up to the head is intact, and the log is known to have gone on beyond what the rings hold.
    let op = decision.head.op + 1
    let slot = geometry.slot(of: op)
    addFault(
      JournalFault(
        kind: .entryLost, op: op, slot: slot, expected: namedBySuperblock(op), row: Int(decision.slots[slot].row)))
  }

  private mutating func convictUndecidable() {
    let limit = decision.tailStart ?? nextOp
    for suspect in suspects where suspect.op < limit {
      guard RecoveryTable.rows[suspect.row].alone == .undecidable else { continue }
      addFault(
        JournalFault(
          kind: .headUndecidable, op: suspect.op, slot: suspect.slot, expected: suspect.expected, row: suspect.row))
    }
  }

  /// Beyond a hole, up to where the log is proven to have reached, a usable prepare is no leftover.
  private mutating func keepProvenEntries() {
    guard decision.head.op < min(decision.provenOp, lastOp) else { return }
    for op in decision.head.op + 1...min(decision.provenOp, lastOp) {
      let verdict = decision.slots[geometry.slot(of: op)]
      guard verdict.rule.have, verdict.disposition == .cut || verdict.disposition == .vacated else { continue }
      decision.slots[geometry.slot(of: op)] = SlotVerdict(row: verdict.row, disposition: .fixed)
    }
  }

  private func lostKind(_ slot: Slot) -> JournalFault.Kind {
    guard let kind = RecoveryTable.rows[slot.row].fault else {
      preconditionFailure("a row that loses an entry names the fault")
    }
    return kind
  }

  /// The checksum that the superblock gives for the entry of `op`.
  private func namedBySuperblock(_ op: UInt64) -> UInt128? {
    if op == superblock.cut.op { return superblock.cut.checksum }
    if let clean = superblock.clean, op == clean.op { return clean.checksum }
    guard let first = suffix.first, let last = suffix.last, op >= first.op, op <= last.op else { return nil }
    return suffix.first { $0.op == op }?.checksum
  }

  private mutating func suspect(_ kind: JournalFault.Kind, _ slot: Slot) {
    guard suspects.count < JournalDecision.faultLimit else { return }
    suspects.append(fault(kind, slot, expected: slot.named ?? namedBySuperblock(slot.op)))
  }

  private mutating func addFault(_ kind: JournalFault.Kind, _ slot: Slot, expected: UInt128? = nil) {
    addFault(fault(kind, slot, expected: expected))
  }

  private func fault(_ kind: JournalFault.Kind, _ slot: Slot, expected: UInt128?) -> JournalFault {
    JournalFault(kind: kind, op: slot.op, slot: slot.slot, expected: expected, row: slot.row)
  }

  private mutating func addFault(_ fault: JournalFault) {
    decision.faultCount += 1
    if fault.op <= lastOp {
      decision.slots[fault.slot] = SlotVerdict(row: UInt8(fault.row), disposition: .faulty)
    }
    guard decision.faults.count < JournalDecision.faultLimit else { return }
    decision.faults.append(fault)
  }
}
