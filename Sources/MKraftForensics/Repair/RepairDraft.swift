internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftStorage

/// A plan in the making: the changes found so far, and the file as it would be with them.
///
/// What is restored may be what proves something else to be right: a node its children, an entry the one before it. So the file as
/// it would be is verified again, and what is found then is answered again, until nothing more can be done.
struct RepairDraft {
  struct Change {
    var action: RepairAction
    let content: OverlayStorage.Content
  }

  /// What tells one change from another.
  struct Key: Hashable {
    let method: RepairMethod
    let start: UInt64
    let end: UInt64

    init(_ action: RepairAction) {
      method = action.method
      start = action.range.lowerBound
      end = action.range.upperBound
    }
  }

  let base: any Storage
  let superblock: Superblock
  let donors: [RepairDonor]
  /// Names of ways that are not safe and may be used all the same.
  let allowed: Set<RepairMethod>
  /// Changes that turned out to leave something wrong where they were made.
  var banned: Set<Key> = []
  var mayExtend = true
  private(set) var changes: [Change] = []
  /// Ways found that are not allowed.
  private(set) var withheld: [RepairAction] = []
  private(set) var byteCount: UInt64
  private(set) var overlay: OverlayStorage
  private var known: Set<Key> = []
  /// The bytes of all changes but those of the length.
  private var taken = TakenRanges()

  init(_ base: any Storage, _ superblock: Superblock, _ donors: [RepairDonor], allowed: Set<RepairMethod>) {
    self.base = base
    self.superblock = superblock
    self.donors = donors
    self.allowed = allowed
    byteCount = base.byteCount
    overlay = OverlayStorage(base, [], byteCount: base.byteCount)
  }

  var geometry: Geometry { superblock.geometry }
  /// What the file as it would be holds all of.
  var alone: FileAlone { FileAlone(overlay, superblock) }
  var isAlone: Bool { superblock.members.count == 1 }

  /// Finds answers to findings on the file as it would be. False if there is none that was not there before.
  mutating func answer(_ report: VerificationReport) -> Bool {
    let count = known.count
    for finding in report.findings { answerFile(finding) }
    if let chosen = report.superblockDecision.chosen, chosen.checksum == superblock.checksum {
      for copy in report.superblockDecision.repairs { answerCopy(copy, report) }
    }
    for finding in report.findings { answerGrid(finding) }
    let ahead = Set(report.findings.filter { $0.kind == .replyAhead }.compactMap(\.slot))
    for finding in report.findings { answerReply(finding, unless: ahead) }
    if let journal = report.journal { answerLog(report.findings, journal) }
    guard known.count > count else { return false }
    rebuild()
    return true
  }

  // MARK: Changes

  mutating func add(_ action: RepairAction, _ content: OverlayStorage.Content) {
    let key = Key(action)
    guard !banned.contains(key), !known.contains(key) else { return }
    known.insert(key)
    guard action.method.risk == .safe || allowed.contains(action.method) else {
      withheld.append(action)
      return
    }
    if taken.overlap(action.range) { makeRoom(for: action.range) }
    taken.insert(action.range)
    changes.append(Change(action: action, content: content))
  }

  mutating func setLength(_ length: UInt64, _ method: RepairMethod, _ finding: FindingKind) {
    let range = min(length, base.byteCount)..<max(length, base.byteCount)
    let action = RepairAction(method, finding, range: range)
    guard !banned.contains(Key(action)), !known.contains(Key(action)) else { return }
    known.insert(Key(action))
    byteCount = length
    changes.append(Change(action: action, content: .zeros))
  }

  /// A later change goes before an earlier one in the same place; zeros for what cannot be read stay around it.
  private mutating func makeRoom(for range: Range<UInt64>) {
    var kept: [Change] = []
    for change in changes {
      guard !change.action.method.isOfLength, change.action.range.overlaps(range) else {
        kept.append(change)
        continue
      }
      taken.remove(change.action.range)
      guard change.action.method == .unreadableZeroed else { continue }
      for part in RepairPieces.without(range, change.action.range) {
        taken.insert(part)
        kept.append(
          Change(action: RepairAction(.unreadableZeroed, change.action.finding, range: part), content: .zeros))
      }
    }
    changes = kept
  }

  private mutating func rebuild() {
    let patches = changes.filter { !$0.action.method.isOfLength }
      .map { OverlayStorage.Patch(range: $0.action.range, content: $0.content) }
    overlay = OverlayStorage(base, patches, byteCount: byteCount)
  }

  // MARK: The file as a whole

  private mutating func answerFile(_ finding: Finding) {
    guard let range = finding.range else { return }
    switch finding.kind {
    case .rangeUnreadable: answerUnreadable(range, finding)
    case .fileTruncated where mayExtend: setLength(superblock.checkpoint.storageSize, .fileExtended, finding.kind)
    case .fileOverLong:
      let whole = geometry.fileSize(blockCount: geometry.blockCount(fileSize: base.byteCount))
      let length = max(whole, superblock.checkpoint.storageSize)
      if base.byteCount - length <= RepairPlanner.tailLimit { setLength(length, .fileCut, finding.kind) }
    case .gapNotZero:
      let method: RepairMethod = holdsStructure(range) ? .gapEvidenceZeroed : .gapZeroed
      add(RepairAction(method, finding.kind, range: range), .zeros)
    default: break
    }
  }

  /// Whole units, for a device gives or refuses no less.
  private mutating func answerUnreadable(_ range: Range<UInt64>, _ finding: Finding) {
    let unit = UInt64(geometry.ioUnit)
    let start = range.lowerBound / unit * unit
    let end = min((range.upperBound + unit - 1) / unit * unit, byteCount)
    if start < end { add(RepairAction(.unreadableZeroed, finding.kind, range: start..<end), .zeros) }
  }

  /// Whether something of ours validates among bytes that nobody writes.
  private func holdsStructure(_ range: Range<UInt64>) -> Bool {
    let step = UInt64(TraceScan.step)
    let start = range.lowerBound / step * step
    let count = Int((range.upperBound - start + step - 1) / step * step)
    let buffer = IOBuffer(byteCount: count)
    guard let found = try? overlay.read(count, at: start, into: buffer), found == count else { return true }
    return stride(from: 0, to: count, by: TraceScan.step).contains {
      let bytes = buffer.bytes.extracting($0..<$0 + TraceScan.step)
      if (try? PrepareHeader(decoding: bytes)) != nil || (try? ReplyHeader(decoding: bytes)) != nil { return true }
      return bytes.load(Superblock.Layout.magic) == Superblock.magic
    }
  }

  // MARK: Superblock

  private mutating func answerCopy(_ copy: Int, _ report: VerificationReport) {
    let start = geometry.offset(of: .superblock(copy))
    guard start + UInt64(Superblock.byteCount) <= byteCount, !isEvidence(copy, report) else { return }
    let finding = report.findings.first { $0.copy == copy }?.kind ?? .superblockCopyDamaged
    var action = RepairAction(.superblockFromQuorum, finding, range: start..<start + UInt64(Superblock.byteCount))
    action.copy = copy
    add(action, .bytes(superblock.image(copy: copy)))
  }

  /// Whether a copy that is ahead shows that the log had gone further than what is left of it: it is all that shows it.
  private func isEvidence(_ copy: Int, _ report: VerificationReport) -> Bool {
    let opening = report.superblockDecision
    guard let journal = report.journal, journal.head.op < opening.provenOp else { return false }
    return [.unacknowledged, .misdirected].contains(opening.states[copy])
  }
}

extension Superblock {
  /// The bytes of one of its copies.
  func image(copy: Int) -> [UInt8] {
    var image = self
    image.copy = copy
    var bytes = [UInt8](repeating: 0, count: Superblock.byteCount)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    image.encode(into: &raw)
    return bytes
  }
}
