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

  private func evidence(_ slot: Int) -> SlotEvidence {
    JournalReader(overlay, geometry: geometry, cluster: superblock.cluster).evidence(of: slot..<slot + 1)[0]
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
    guard let entry = evidence(slot).validPrepare, entry.kind == .prepare, entry.op == op else { return }
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
    let seen = evidence(slot)
    if finding.kind == .walEntriesDisagree, let entry = seen.validPrepare, isNamed(entry) {
      // The header ring is the one that is wrong (theory D4, row O).
      return add(headerAction(.headerFromPrepare, finding, slot), .bytes(Array(entry)))
    }
    guard let expected = identity(of: finding, op, named[op]) else { return }
    if let header = seen.validHeader, header.checksum == expected, holdsBody(of: header, slot) {
      named[op - 1] = header.parent
      let action = prepareAction(.prepareHeaderFromRing, finding, slot, PrepareHeader.byteCount)
      return add(action, .bytes(Array(header)))
    }
    for (index, donor) in donors.enumerated() {
      let reader = JournalReader(donor.storage, geometry: geometry, cluster: superblock.cluster)
      guard let entry = reader.evidence(of: slot..<slot + 1)[0].validPrepare, entry.checksum == expected,
        entry.kind == .prepare, entry.op == op
      else { continue }
      named[op - 1] = entry.parent
      var action = prepareAction(.prepareFromSource, finding, slot, Int(entry.size))
      action.source = index
      return add(action, .file(donor.storage, at: geometry.prepareOffset(slot: slot)))
    }
  }

  /// The checksum of the entry that belongs there; nil if nothing names it, or two things name different ones.
  private func identity(of finding: Finding, _ op: UInt64, _ byRestoredChild: UInt128?) -> UInt128? {
    guard case .checksum(let expected)? = finding.expected else { return byRestoredChild }
    let others = [bySuperblock(op), byRestoredChild, byChild(op)].compactMap { $0 }
    return others.allSatisfy { $0 == expected } ? expected : nil
  }

  private func isNamed(_ entry: PrepareHeader) -> Bool {
    let names = [bySuperblock(entry.op), byChild(entry.op)].compactMap { $0 }
    return !names.isEmpty && names.allSatisfy { $0 == entry.checksum }
  }

  /// What the superblock says of the entry of `op`.
  private func bySuperblock(_ op: UInt64) -> UInt128? {
    if op == superblock.cut.op { return superblock.cut.checksum }
    if let clean = superblock.clean, op == clean.op { return clean.checksum }
    return superblock.suffix.header(of: op)?.checksum
  }

  /// What the entry after that of `op` says of it, if both rings hold that one.
  private func byChild(_ op: UInt64) -> UInt128? {
    let seen = evidence(geometry.slot(of: op + 1))
    guard let child = seen.validHeader, child.checksum == seen.validPrepare?.checksum, child.kind == .prepare,
      child.op == op + 1
    else { return nil }
    return child.parent
  }

  /// Whether the body of the entry stands in the prepare ring, though its header does not.
  private func holdsBody(of header: PrepareHeader, _ slot: Int) -> Bool {
    let size = Int(header.size)
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    guard header.kind == .prepare, size <= buffer.byteCount,
      let count = try? overlay.read(size, at: geometry.prepareOffset(slot: slot), into: buffer), count == size
    else { return false }
    return header.matches(body: buffer.bytes.extracting(PrepareHeader.byteCount..<size))
  }
}
