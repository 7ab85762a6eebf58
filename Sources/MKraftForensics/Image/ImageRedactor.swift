internal import MKraftFormat
internal import MKraftStorage

/// Takes out of a data file, piece by piece, all that belongs to users, and records what the checks gave that need it.
///
/// Position decides what a structure is, as everywhere (rule R6). Kept are superblocks, headers, sets of blocks and tables of
/// sessions that are right by themselves, and of nodes everything but keys and values. Bytes that are no sound structure may be
/// anything, a client's value that was written astray too, so that only those fields stay that the checks need.
struct ImageRedactor {
  private let survey: SuperblockSurvey
  private let tree: TreeBounds?
  /// By slot, the size that the header ring gives of an entry, bytes; 0 if it gives none.
  private var entrySizes: [UInt32] = []
  /// The same of replies, by the table of sessions.
  private var replySizes: [UInt32] = []

  init(_ storage: any Storage) {
    survey = SuperblockSurvey.read(storage)
    let decision = SuperblockDecision(survey)
    let newest = survey.copies.compactMap(\.valid).max { $0.sequence < $1.sequence }
    if survey.geometry != nil, let superblock = decision.chosen ?? newest {
      let tree = TreeBounds(storage, superblock)
      self.tree = tree
      entrySizes = Array(repeating: 0, count: Int(tree.geometry.slotCount))
      replySizes = tree.sessions.map(\.replySize)
    } else {
      tree = nil
    }
  }

  /// Once all pieces were passed by: whether a block of a value may be damaged.
  var mayLackValues: Bool { tree?.mayLackValues ?? false }

  /// Takes everything out of the piece that must not be in the image. Pieces come in order of address.
  mutating func redact(_ draft: inout PieceDraft) {
    keepStraySuperblocks(&draft)
    keepRepairMarks(&draft)
    guard let tree else { return TraceRedactor.redact(&draft) }
    let geometry = tree.geometry
    let cluster = tree.superblock.cluster
    for (index, zone) in Zone.allCases.enumerated() {
      let start = geometry.offset(of: zone)
      let end = zone == .grid ? UInt64.max : geometry.offset(of: Zone.allCases[index + 1])
      guard start < draft.range.upperBound, end > draft.range.lowerBound else { continue }
      switch zone {
      case .superblock0, .superblock1, .superblock2, .superblock3: redactSuperblock(at: start, &draft)
      case .walHeaders:
        ImageRedactor.forEach(zone, PrepareHeader.byteCount, geometry, draft.range) { offset in
          let size = HeaderRedactor.redact(.prepare, &draft, draft.position(offset), cluster) ?? 0
          entrySizes[Int(offset - start) / PrepareHeader.byteCount] = UInt32(size)
        }
      case .walPrepares, .replies:
        let ring: HeaderRedactor.Ring = zone == .walPrepares ? .prepare : .reply
        let sizes = zone == .walPrepares ? entrySizes : replySizes
        let stride = Int(geometry.messageSize)
        ImageRedactor.forEach(zone, stride, geometry, draft.range) { offset in
          let slot = Int(offset - start) / stride
          HeaderRedactor.redactSlot(
            ring, &draft, draft.position(offset), stride, cluster, named: slot < sizes.count ? Int(sizes[slot]) : 0)
        }
      case .grid: redactGrid(&draft)
      }
      if zone != .grid { redactGap(start + geometry.byteCount(of: zone)..<end, &draft) }
    }
  }

  /// The structures of a zone that begin in `range`.
  private static func forEach(
    _ zone: Zone, _ stride: Int, _ geometry: Geometry, _ range: Range<UInt64>, _ visit: (UInt64) -> Void
  ) {
    let start = geometry.offset(of: zone)
    let end = min(start + geometry.byteCount(of: zone), range.upperBound)
    var offset = max(start, range.lowerBound)
    while offset < end {
      visit(offset)
      offset += UInt64(stride)
    }
  }

  // MARK: Superblocks

  /// A scan for superblocks looks at every boundary: what carries their magic there is one, damaged or not.
  private func keepStraySuperblocks(_ draft: inout PieceDraft) {
    let end = tree.map { $0.geometry.offset(of: .grid) } ?? Geometry.gridOffsetMax
    var offset = draft.range.lowerBound
    while offset < min(draft.range.upperBound, end) {
      defer { offset += Geometry.zoneAlignment }
      let start = draft.position(offset)
      let buffer = draft.buffer
      guard start + 4096 <= draft.count, buffer.bytes.load(Superblock.Layout.magic, base: start) == Superblock.magic
      else { continue }
      draft.keep(start..<min(start + Superblock.byteCount, draft.count))
    }
  }

  /// The marks of a repair that is not finished: a path, and nothing of users.
  private func keepRepairMarks(_ draft: inout PieceDraft) {
    var offset = draft.range.lowerBound
    while offset < min(draft.range.upperBound, Geometry.gridOffsetMax) {
      defer { offset += Geometry.zoneAlignment }
      let start = draft.position(offset + Geometry.repairMarkDistance)
      guard start + RepairMark.byteCount <= draft.count else { continue }
      let buffer = draft.buffer
      let bytes = buffer.bytes.extracting(start..<start + RepairMark.byteCount)
      guard RepairMark(decoding: bytes, at: offset + Geometry.repairMarkDistance) != nil else { continue }
      draft.keep(start..<start + RepairMark.byteCount)
    }
  }

  private func redactSuperblock(at offset: UInt64, _ draft: inout PieceDraft) {
    guard draft.range.contains(offset) else { return }
    let start = draft.position(offset)
    guard !draft.isKept(start) else { return }
    PieceDraft.eraseAllButWhetherZero(start..<start + Superblock.byteCount, &draft)
  }

  /// What nobody writes: where it begins and ends is found, and its first byte.
  private func redactGap(_ gap: Range<UInt64>, _ draft: inout PieceDraft) {
    let gap = gap.clamped(to: draft.range)
    guard !gap.isEmpty else { return }
    let part = draft.position(gap.lowerBound)..<draft.position(gap.upperBound)
    let buffer = draft.buffer
    guard !buffer.bytes.isZero(part) else { return }
    let kept = draft
    func isTaken(_ position: Int) -> Bool {
      buffer.bytes.load(fromByteOffset: position, as: UInt8.self) != 0 && !kept.isKept(position)
    }
    guard let first = part.first(where: isTaken), let last = part.last(where: isTaken) else { return }
    let byte = buffer.bytes.load(fromByteOffset: first, as: UInt8.self)
    draft.erase(part, .unrecognised)
    if last > first { draft.put(1, at: last) }
    draft.put(byte, at: first)
  }

  // MARK: Grid

  private mutating func redactGrid(_ draft: inout PieceDraft) {
    guard let tree else { return }
    let geometry = tree.geometry
    let grid = geometry.offset(of: .grid)
    let blockSize = UInt64(geometry.blockSize)
    var offset = max(grid, draft.range.lowerBound)
    while offset < draft.range.upperBound {
      defer { offset += blockSize }
      let address = (offset - grid) / blockSize + 1
      let part = draft.position(offset)..<draft.position(offset) + Int(blockSize)
      guard address <= geometry.gridBlocksMax, draft.isWhole(part) else {
        tree.noteDamage(address)
        draft.erase(part, .unrecognised)
        continue
      }
      BlockRedactor(tree).redact(&draft, part, address)
    }
  }
}

extension PieceDraft {
  /// Takes all of it out, and keeps whether it was all zero.
  static func eraseAllButWhetherZero(_ part: Range<Int>, _ draft: inout PieceDraft) {
    let part = part.lowerBound..<min(part.upperBound, draft.count)
    let buffer = draft.buffer
    guard !part.isEmpty, !buffer.bytes.isZero(part) else { return }
    draft.erase(part, .unrecognised)
    // Beyond all that tells one structure from another.
    draft.mark(part.lowerBound + 64..<part.lowerBound + 112)
  }
}
