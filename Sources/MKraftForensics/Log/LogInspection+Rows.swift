internal import MKraftFormat
public import MKraftStorage

extension LogInspection {
  /// Hands out the slots that satisfy `filter`, in op order from the checkpoint on, until `visit` returns false.
  ///
  /// Only headers are read here; what is known of bodies is what the decision saw. Not for an inspection that was made for one
  /// slot.
  public func forEachRow(of storage: any Storage, _ filter: LogFilter = LogFilter(), visit: (LogRow) -> Bool) {
    precondition(notes.isWhole, "an inspection for one slot shows that slot")
    let reader = JournalReader(storage, geometry: geometry, cluster: superblock.cluster)
    var chain = Chain(self)
    var op = firstOp
    for slots in LogInspection.batches(after: superblock.checkpoint.op, geometry, of: reader.batchLimit) {
      for found in reader.evidenceOfHeaders(of: slots) {
        let row = row(found.evidence, op: op, &chain)
        op += 1
        if filter.matches(row), !visit(row) { return }
      }
    }
  }

  /// One slot, without reading those before it; nil if there is no such slot, or the inspection was made for another.
  public func row(ofSlot slot: Int, of storage: any Storage) -> LogRow? {
    let slotCount = Int(geometry.slotCount)
    guard (0..<slotCount).contains(slot) else { return nil }
    let before = slot == 0 ? slotCount - 1 : slot - 1
    guard notes.holds(slot), notes.holds(before) else { return nil }
    let reader = JournalReader(ofSlotsApart: storage, geometry: geometry, cluster: superblock.cluster)
    func row(_ slot: Int, _ op: UInt64, _ chain: inout Chain) -> LogRow? {
      reader.evidenceOfHeaders(of: slot..<slot + 1).first.map { self.row($0.evidence, op: op, &chain) }
    }
    let distance = slot - geometry.slot(of: firstOp)
    let op = firstOp + UInt64(distance < 0 ? distance + slotCount : distance)
    var chain = Chain(self)
    // What the first one has to follow is the checkpoint's own entry, which the superblock has.
    if op > firstOp { _ = row(before, op - 1, &chain) }
    return row(slot, op, &chain)
  }

  /// Whether the log has reached the slot's op, and its entry cannot be used: a hole in the log, not its end.
  public func isGap(_ row: LogRow) -> Bool {
    row.isJudged && row.op <= max(decision.head.op, knownOp) && !row.rule.have
  }

  /// What goes along from slot to slot.
  private struct Chain {
    /// The entry of the op before.
    var previous: PrepareHeader?
    /// Index of the next fault of the decision.
    var fault = 0

    init(_ inspection: LogInspection) { previous = inspection.superblock.checkpoint.header }
  }

  private func row(_ seen: SlotEvidence, op: UInt64, _ chain: inout Chain) -> LogRow {
    let note = notes[seen.slot]
    let evidence = seen.knowing(note.body)
    let condition = SlotCondition(evidence, expecting: op, superblock)
    let verdict = decision.slots[seen.slot]
    let isJudged = liveHead.map { op <= $0 } ?? true
    let hasChanged = isJudged && evidence.fingerprint != note.fingerprint
    while chain.fault < decision.faults.count, decision.faults[chain.fault].op < op { chain.fault += 1 }
    let fault = chain.fault < decision.faults.count && decision.faults[chain.fault].op == op
    var row = LogRow(
      op: op, slot: seen.slot, evidence: evidence, condition: condition, body: hasChanged ? .unverified : note.body,
      rule: hasChanged ? RecoveryTable.rows[RecoveryTable.index(of: condition)] : verdict.rule, isJudged: isJudged,
      isInTail: decision.tailStart.map { op >= $0 } ?? false, disposition: verdict.disposition,
      fault: fault ? decision.faults[chain.fault].kind : nil, link: .unknown,
      isFirstAfterHead: op == decision.head.op + 1, hasChanged: hasChanged)
    row.link = link(row.entry, after: chain.previous)
    chain.previous = row.entry
    return row
  }

  private func link(_ entry: PrepareHeader?, after previous: PrepareHeader?) -> LogRow.Link {
    guard let entry, let previous else { return .unknown }
    if let broken = entry.brokenChainInvariant(after: previous) { return .broken(broken) }
    return CheckpointIDs(superblock)[entry.op] == entry.checkpointID ? .ok : .broken(.chainCheckpoint)
  }
}

extension SlotEvidence {
  /// Evidence from headers alone, with what is known of the body.
  func knowing(_ body: LogRow.Body) -> SlotEvidence {
    guard body == .mismatch, case .valid(let header) = prepare, header.kind == .prepare else { return self }
    return SlotEvidence(slot: slot, header: self.header, prepare: .bodyMismatch(header))
  }
}
