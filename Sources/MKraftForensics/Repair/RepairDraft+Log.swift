internal import MKraftFormat
internal import MKraftStorage

/// Both rings. Everything here follows the decision on the whole log and the recovery table.
extension RepairDraft {
  mutating func answerLog(_ findings: [Finding], _ journal: JournalDecision) {
    // From the end backwards: an entry that is restored names the one before it.
    var named: [UInt64: UInt128] = [:]
    let ofLog = findings.filter { $0.slot != nil && ($0.zone == .walHeaders || $0.zone == .walPrepares) }
    for finding in ofLog.sorted(by: { ($0.op ?? 0) > ($1.op ?? 0) }) {
      guard let slot = finding.slot, let op = finding.op else { continue }
      switch finding.kind {
      case .walPrepareCorrupt, .walPrepareMissing, .walEntryLost, .walEntryUnknown, .walEntryUnexpected,
        .walEntriesDisagree:
        restoreEntry(finding, slot, op, &named)
      case .walHeaderCorrupt: fixHeader(finding, slot, op)
      case .walSlotVacantDamaged, .walTailDamaged: markUnknown(finding, slot, op, journal)
      case .walPrepareUnusedDamaged: blankPrepare(finding, slot, op, journal)
      default: break
      }
    }
  }

  private func headerAction(_ method: RepairMethod, _ finding: Finding, _ slot: Int) -> RepairAction {
    let start = geometry.headerOffset(slot: slot)
    var action = RepairAction(method, finding.kind, range: start..<start + UInt64(PrepareHeader.byteCount))
    (action.slot, action.op) = (slot, finding.op)
    return action
  }

  private func prepareAction(_ method: RepairMethod, _ finding: Finding, _ slot: Int, _ byteCount: Int) -> RepairAction
  {
    let start = geometry.prepareOffset(slot: slot)
    var action = RepairAction(method, finding.kind, range: start..<start + UInt64(byteCount))
    (action.slot, action.op) = (slot, finding.op)
    return action
  }

  // MARK: Headers

  private mutating func fixHeader(_ finding: Finding, _ slot: Int, _ op: UInt64) {
    guard let entry = alone.evidence(slot).validPrepare, entry.kind == .prepare, entry.op == op else { return }
    add(headerAction(.headerFromPrepare, finding, slot), .bytes(Array(entry)))
  }

  /// What a replica alone does with the slot when it starts. One of several must ask the others, and a log with a fault is not
  /// known to end before the slot.
  private mutating func markUnknown(_ finding: Finding, _ slot: Int, _ op: UInt64, _ journal: JournalDecision) {
    guard isAlone, journal.serves, journal.slots[slot].disposition == .vacated, op > journal.provenOp else { return }
    let header = PrepareHeader.placeholder(.unknown, slot: slot, cluster: superblock.cluster)
    add(headerAction(.headerMarkedUnknown, finding, slot), .bytes(Array(header)))
  }

  /// A prepare that its header proves never to have been acknowledged: the row says the same of the slot without it.
  private mutating func blankPrepare(_ finding: Finding, _ slot: Int, _ op: UInt64, _ journal: JournalDecision) {
    let verdict = journal.slots[slot]
    guard verdict.disposition == .cut, op > journal.provenOp else { return }
    guard verdict.rule.name == "torn" || verdict.rule.name == "vacated-torn" && isAlone else { return }
    let header = PrepareHeader.placeholder(.reserved, slot: slot, cluster: superblock.cluster)
    add(prepareAction(.prepareBlanked, finding, slot, PrepareHeader.byteCount), .bytes(Array(header)))
  }

  // MARK: Entries

  private mutating func restoreEntry(
    _ finding: Finding, _ slot: Int, _ op: UInt64, _ named: inout [UInt64: UInt128]
  ) {
    switch alone.entry(finding, named[op]) {
    case .headerRing(let entry): return add(headerAction(.headerFromPrepare, finding, slot), .bytes(Array(entry)))
    case .prepareHeader(let header):
      named[op - 1] = header.parent
      let action = prepareAction(.prepareHeaderFromRing, finding, slot, PrepareHeader.byteCount)
      return add(action, .bytes(Array(header)))
    case nil: break
    }
    guard let expected = alone.identity(of: finding, op, named[op]) else { return }
    for (index, donor) in donors.enumerated() {
      let reader = JournalReader(ofSlotsApart: donor.storage, geometry: geometry, cluster: superblock.cluster)
      guard let entry = reader.evidence(of: slot..<slot + 1)[0].validPrepare, entry.checksum == expected,
        entry.kind == .prepare, entry.op == op
      else { continue }
      named[op - 1] = entry.parent
      var action = prepareAction(.prepareFromSource, finding, slot, Int(entry.size))
      action.source = index
      return add(action, .file(donor.storage, at: geometry.prepareOffset(slot: slot)))
    }
  }
}
