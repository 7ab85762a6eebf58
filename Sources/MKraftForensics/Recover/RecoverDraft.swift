internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// The new file as it would be in the old cluster, laid over the file that its checkpoint is read from: its superblock, its rings,
/// and blocks and replies from whichever file has them. It is verified like any file.
struct RecoverDraft {
  struct Result {
    /// The file as it would be.
    let storage: any Storage
    /// Why the checkpoint cannot be gone on from; nil if it is whole.
    var fault: Finding?
    /// Whether something of it had to be repaired, with what the files hold.
    var isRepaired = false
    var lostReplies: [RecoverLoss] = []
    var replacedBlocks: Set<UInt64> = []
  }

  private let superblock: Superblock
  private let base: Int
  private let sources: [RecoverSource]
  private let chain: [RecoverLog.Entry]
  private var geometry: Geometry { superblock.geometry }

  init(_ superblock: Superblock, _ base: Int, _ sources: [RecoverSource], _ chain: [RecoverLog.Entry]) {
    self.superblock = superblock
    self.base = base
    self.sources = sources
    self.chain = chain
  }

  /// The draft with everything in it that the other files have, by their checksums, as a repair takes it.
  func completed(_ progress: @escaping (UInt64) -> Void) -> Result {
    guard superblock.brokenInvariants.isEmpty else {
      let finding = Finding(
        .checkpointInconsistent,
        evidence: superblock.brokenInvariants.elements.map(\.name).joined(separator: ", "))
      return Result(storage: sources[base].storage, fault: finding)
    }
    let draft = OverlayStorage(
      sources[base].storage, superblocks + marks + [headers] + prepares, byteCount: superblock.checkpoint.storageSize)
    let options = RepairPlanner.options(Verification.Options())
    let before = Verification.run(draft, options) { done, _ in progress(done) }
    var (storage, after): (any Storage, VerificationReport) = (draft, before)
    let donors = sources.indices.filter { $0 != base }.map {
      RepairDonor(RepairSource(.backup, sources[$0].path), of: sources[$0].storage)
    }
    if isFault(before), let planning = try? RepairPlanner.plan(draft, before, donors: donors) {
      (storage, after) = (planning.result, planning.after)
    }
    var result = Result(storage: storage, isRepaired: isFault(before))
    // A replica that refuses for a lost reply would go on without that session; later replies than the log's are left out.
    let fatal = after.findings.filter {
      $0.kind.exitCode > .degraded && ![.replyLost, .replyAhead].contains($0.kind)
    }
    result.fault = fatal.first { $0.kind != .ioUnitTooSmall }
    result.lostReplies = after.findings.filter { $0.kind == .replyLost }.compactMap { finding in
      finding.slot.map { RecoverLoss.reply(slot: $0, op: finding.op) }
    }.sorted { RecoverDraft.slot($0) < RecoverDraft.slot($1) }
    result.replacedBlocks = Set(after.findings.filter { $0.kind == .blockReplacedDamaged }.compactMap(\.block))
    return result
  }

  private static func slot(_ loss: RecoverLoss) -> Int { if case .reply(let slot, _) = loss { slot } else { 0 } }

  private func isFault(_ report: VerificationReport) -> Bool {
    report.findings.contains {
      $0.kind.exitCode > .degraded || [.blockReplacedDamaged, .replySlotDamaged].contains($0.kind)
    }
  }

  // MARK: What lies over the file

  private var superblocks: [OverlayStorage.Patch] {
    (0..<Superblock.copyCount).map { copy in
      let start = geometry.offset(of: .superblock(copy))
      return OverlayStorage.Patch(
        range: start..<start + UInt64(Superblock.byteCount), content: .bytes(superblock.image(copy: copy)))
    }
  }

  /// A repair that was given up is none of the new file's.
  private var marks: [OverlayStorage.Patch] {
    guard sources[base].unfinishedRepair != nil else { return [] }
    return (0..<Superblock.copyCount).map { copy in
      let range = geometry.repairMarkRange(copy: copy)
      return OverlayStorage.Patch(range: range, content: .bytes([UInt8](repeating: 0, count: range.count)))
    }
  }

  /// The header ring holds the entries of the log, and nothing else: what stood above the head is void.
  private var headers: OverlayStorage.Patch {
    let image = IOBuffer(byteCount: Int(geometry.slotCount) * PrepareHeader.byteCount)
    var bytes = image.mutableBytes
    for slot in 0..<Int(geometry.slotCount) { blank(slot).encode(into: &bytes, at: slot * PrepareHeader.byteCount) }
    for entry in chain {
      entry.header.encode(into: &bytes, at: geometry.slot(of: entry.header.op) * PrepareHeader.byteCount)
    }
    let start = geometry.headerOffset(slot: 0)
    return OverlayStorage.Patch(
      range: start..<start + UInt64(image.byteCount), content: .bytes([UInt8](copying: image.bytes)))
  }

  private var prepares: [OverlayStorage.Patch] {
    var filled: [Int: RecoverLog.Entry] = [:]
    for entry in chain { filled[geometry.slot(of: entry.header.op)] = entry }
    return (0..<Int(geometry.slotCount)).flatMap { slot in
      guard let entry = filled[slot] else { return [prepareHeader(blank(slot), slot)] }
      return (entry.content == .body ? [prepareHeader(entry.header, slot)] : []) + imported(entry, slot)
    }
  }

  private func prepareHeader(_ header: PrepareHeader, _ slot: Int) -> OverlayStorage.Patch {
    let start = geometry.prepareOffset(slot: slot)
    return OverlayStorage.Patch(range: start..<start + UInt64(PrepareHeader.byteCount), content: .bytes(Array(header)))
  }

  /// What another file gives of an entry.
  private func imported(_ entry: RecoverLog.Entry, _ slot: Int) -> [OverlayStorage.Patch] {
    guard entry.source != base else { return [] }
    let start = geometry.prepareOffset(slot: slot)
    let first = start + (entry.content == .body ? UInt64(PrepareHeader.byteCount) : 0)
    return [
      OverlayStorage.Patch(
        range: first..<start + UInt64(entry.header.size), content: .file(sources[entry.source].storage, at: first))
    ]
  }

  private func blank(_ slot: Int) -> PrepareHeader {
    slot == 0
      ? .root(cluster: superblock.cluster) : .placeholder(.reserved, slot: slot, cluster: superblock.cluster)
  }
}
