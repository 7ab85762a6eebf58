internal import MKraftFormat
internal import MKraftStorage

/// What there is to say of the log: the recovery's decision on every slot, put into findings.
struct LogFindings {
  private let superblock: Superblock
  private let decision: JournalDecision
  /// Evidence of slots that are not as they should be.
  private let evidence: [Int: SlotEvidence]
  /// Checksums of missing entries, as their successors name them.
  private let namedByChild: [UInt64: UInt128]
  /// What `SuperblockDecision.provenOp` says; 0 of a file in use.
  private let copyOp: UInt64

  init(
    _ superblock: Superblock, _ decision: JournalDecision, evidence: [Int: SlotEvidence],
    namedByChild: [UInt64: UInt128], copyOp: UInt64
  ) {
    self.copyOp = copyOp
    self.superblock = superblock
    self.decision = decision
    self.evidence = evidence
    self.namedByChild = namedByChild
  }

  private var geometry: Geometry { superblock.geometry }

  func add(to log: inout FindingLog) {
    for fault in decision.faults { log.add(finding(for: fault)) }
    for _ in decision.faults.count..<max(decision.faultCount, decision.faults.count) { log.count(.walEntryUnknown) }
    let first = superblock.checkpoint.op + 1
    for distance in 0..<UInt64(geometry.slotCount) {
      let op = first + distance
      let slot = geometry.slot(of: op)
      let verdict = decision.slots[slot]
      guard verdict.disposition != .kept, let kind = kind(of: verdict, slot: slot, op: op) else { continue }
      log.add(finding(kind, slot: slot, op: op))
    }
  }

  // MARK: What a replica gets over

  private func kind(of verdict: SlotVerdict, slot: Int, op: UInt64) -> FindingKind? {
    let name = verdict.rule.name
    switch verdict.disposition {
    case .kept, .faulty: return nil
    case .fixed: return name == "header-behind" ? .walHeaderBehind : .walHeaderCorrupt
    case .blank: return name == "vacated" ? .walSlotGivenUp : nil
    case .vacated:
      return name == "both-corrupt" ? .walTailDamaged : isUnknown(slot) ? .walSlotGivenUp : .walSlotVacantDamaged
    case .cut:
      if name == "header-behind" { return .walTailLeftover }
      if name == "header-corrupt" { return .walTailDamaged }
      return mayBeTorn(op) ? .walTailTorn : .walPrepareUnusedDamaged
    }
  }

  /// Whether the slot carries an `unknown` header, which is whole.
  private func isUnknown(_ slot: Int) -> Bool { evidence[slot]?.validHeader?.kind == .unknown }

  /// Whether a prepare of `op` may have been in flight when a replica was killed, and so be torn: after the last start, or
  /// before it, for a torn prepare stays until it is overwritten. At a start the head is recorded as the cut, and earlier
  /// heads were no higher.
  private func mayBeTorn(_ op: UInt64) -> Bool {
    let highest = superblock.clean == nil ? decision.head.op : superblock.cut.op
    return op <= highest + UInt64(JournalWriter.pendingLimit(geometry))
  }

  private func finding(_ kind: FindingKind, slot: Int, op: UInt64) -> Finding {
    let seen = evidence[slot]
    let isAboutHeader = [.walHeaderCorrupt, .walHeaderBehind, .walSlotVacantDamaged, .walSlotGivenUp].contains(kind)
    let rule = decision.slots[slot].rule
    return Finding(
      kind, zone: isAboutHeader ? .walHeaders : .walPrepares, slot: slot, op: op,
      range: isAboutHeader ? headerRange(slot) : prepareRange(slot, op, seen), expected: expected(kind, seen),
      actual: seen?.actualChecksum(inHeaderRing: isAboutHeader), evidence: evidence(of: kind, seen, rule),
      cause: seen?.likelyCause)
  }

  private func evidence(of kind: FindingKind, _ seen: SlotEvidence?, _ rule: RecoveryRow) -> String {
    switch kind {
    case .walPrepareUnusedDamaged:
      return words(
        seen,
        "the header shows that no entry of this op was acknowledged; nor was one being written: it is further from "
          + "every head there was than a pipeline")
    case .walTailTorn where superblock.clean != nil:
      return words(seen, rule.evidence + "; that was before the last start")
    case .walTailLeftover: return words(seen, rule.evidence + "; the log ends at op \(decision.head.op)")
    default: return words(seen, rule.evidence)
    }
  }

  private func expected(_ kind: FindingKind, _ seen: SlotEvidence?) -> Finding.Value? {
    guard kind == .walHeaderCorrupt || kind == .walHeaderBehind else { return nil }
    return seen?.validPrepare.map { .checksum($0.checksum) }
  }

  // MARK: What a replica refuses

  private func finding(for fault: JournalFault) -> Finding {
    let seen = evidence[fault.slot]
    let identity = identity(of: fault)
    let rule = decision.slots[fault.slot].rule
    var finding = Finding(
      kind(of: fault, identity: identity), zone: .walPrepares, slot: fault.slot, op: fault.op,
      range: prepareRange(fault.slot, fault.op, seen), evidence: words(seen, rule.evidence) + proof(fault, seen),
      cause: seen?.likelyCause)
    if let identity { finding.expected = .checksum(identity) }
    finding.actual = actual(seen)
    return finding
  }

  /// The checksum of the entry that should be there, as far as anything tells.
  private func identity(of fault: JournalFault) -> UInt128? {
    if let expected = fault.expected { return expected }
    return fault.kind == .entryLost ? namedByChild[fault.op] : nil
  }

  private func actual(_ seen: SlotEvidence?) -> Finding.Value? {
    guard let seen else { return nil }
    if let entry = seen.validPrepare { return .checksum(entry.checksum) }
    return seen.actualChecksum(inHeaderRing: false)
  }

  private func kind(of fault: JournalFault, identity: UInt128?) -> FindingKind {
    switch fault.kind {
    case .prepareCorrupt: .walPrepareCorrupt
    case .prepareMissing: .walPrepareMissing
    case .entriesDisagree: .walEntriesDisagree
    case .entryLost: identity == nil ? .walEntryUnknown : .walEntryLost
    case .headUndecidable: .walHeadUndecidable
    case .chainBroken: .walChainBroken
    case .entryUnexpected: .walEntryUnexpected
    case .superblockStale: .superblockRolledBack
    }
  }

  private func proof(_ fault: JournalFault, _ seen: SlotEvidence?) -> String {
    switch fault.kind {
    case .entryLost:
      return "; but the log is known to have reached op \(decision.provenOp): \(witness)" + namer(of: fault)
    case .chainBroken:
      return brokenLink(fault, seen)
        + "; the head is op \(decision.head.op), the log is known to have reached op \(decision.provenOp): \(witness)"
    case .superblockStale:
      let entries = [seen?.validHeader, seen?.validPrepare].compactMap { $0 }.filter { $0.kind == .prepare }
      let newest = entries.max { ($0.term, $0.op) < ($1.term, $1.op) }
      let entry = newest.map { "; there is op \($0.op) of term \($0.term)" } ?? ""
      let clean = superblock.clean.map { ", and it stopped cleanly at op \($0.op)" } ?? ""
      return entry + "; the superblock's log_term is \(superblock.logTerm)" + clean
    default: return ""
    }
  }

  private var witness: String { LogFindings.witness(of: decision.provenOp, superblock, copyOp: copyOp) }

  /// What in the file tells that the log had reached `op`, as a replica proves it when it starts.
  /// - Parameter copyOp: what a superblock copy that is one update ahead tells; 0 if there is none.
  static func witness(of op: UInt64, _ superblock: Superblock, copyOp: UInt64) -> String {
    if op == copyOp {
      return
        "the superblock copy that is one update ahead, of sequence \(superblock.sequence + 1), says that it had been "
        + "committed"
    }
    let ofSuperblock = max(superblock.cut.op, superblock.clean?.op ?? 0, superblock.commitMax)
    return op == ofSuperblock ? "the superblock says so" : "entries of the log say so"
  }

  /// What names the entry that is gone.
  private func namer(of fault: JournalFault) -> String {
    if fault.expected != nil { return "; the superblock names the entry" }
    return namedByChild[fault.op] == nil ? "" : "; op \(fault.op + 1) names it as its parent"
  }

  /// In what the entry does not follow the head, if it stands right above it.
  private func brokenLink(_ fault: JournalFault, _ seen: SlotEvidence?) -> String {
    guard let entry = seen?.validPrepare, fault.op == decision.head.op + 1 else { return "" }
    guard let broken = entry.brokenChainInvariant(after: decision.head) else {
      guard let expected = CheckpointIDs(superblock)[fault.op], expected != entry.checkpointID else { return "" }
      return
        "; \(Invariant.chainCheckpoint.name) is broken: its checkpoint_id is \(entry.checkpointID.hex), that of its op "
        + "is \(expected.hex)"
    }
    guard broken == .chainParent else { return "; \(broken.name) is broken: \(broken.statement)" }
    return "; its parent is \(entry.parent.hex), the entry before it is \(decision.head.checksum.hex)"
  }

  // MARK: Words and places

  private func words(_ seen: SlotEvidence?, _ evidence: String) -> String {
    guard let seen else { return evidence }
    let troubles = [seen.headerTrouble.map { "header ring: " + $0 }, seen.prepareTrouble.map { "prepare ring: " + $0 }]
    return ([evidence] + troubles.compactMap { $0 }).joined(separator: "; ")
  }

  private func headerRange(_ slot: Int) -> Range<UInt64> {
    let start = geometry.headerOffset(slot: slot)
    return start..<start + UInt64(PrepareHeader.byteCount)
  }

  /// The bytes of the entry, as far as its length is known.
  private func prepareRange(_ slot: Int, _ op: UInt64, _ seen: SlotEvidence?) -> Range<UInt64> {
    let start = geometry.prepareOffset(slot: slot)
    // The file ends somewhere in the slot.
    if case .beyondEnd? = seen?.prepare { return start..<start + UInt64(geometry.messageSize) }
    let header = [seen?.validHeader, seen?.prepareHeader].compactMap { $0 }.first { $0.op == op && $0.kind == .prepare }
    return start..<start + UInt64(header.map { Int($0.size) } ?? PrepareHeader.byteCount)
  }
}
