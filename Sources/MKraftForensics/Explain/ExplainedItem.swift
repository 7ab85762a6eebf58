public import MKraftFormat
internal import MKraftOutput

/// Something in a file that `explain` speaks of.
public enum ExplainedItem: Sendable, Equatable {
  /// A superblock copy, 0 to 3.
  case superblock(Int)
  /// A slot of the log, with both rings.
  case slot(Int)
  /// The slot in which an op stands or would stand.
  case op(UInt64)
  /// A slot of the reply zone.
  case reply(Int)
  /// A block of the grid, from 1.
  case block(UInt64)

  /// The structures that it is made of; nil if this geometry has no such item.
  public func structures(_ geometry: Geometry) -> [DumpTarget]? {
    let targets: [DumpTarget] =
      switch self {
      case .superblock(let copy): [.superblock(copy)]
      case .slot(let slot): [.header(slot: slot), .prepare(slot: slot)]
      case .op(let op): [.header(slot: geometry.slot(of: op)), .prepare(slot: geometry.slot(of: op))]
      case .reply(let slot): [.reply(slot: slot)]
      case .block(let address): [.block(address)]
      }
    return targets.allSatisfy { $0.range(geometry) != nil } ? targets : nil
  }

  /// What must be verified to tell which findings touch it.
  var scope: VerificationScope {
    switch self {
    case .superblock: [.superblocks]
    case .slot, .op: [.superblocks, .wal]
    case .reply: [.superblocks, .wal, .replies]
    case .block: [.superblocks, .wal, .grid]
    }
  }

  /// Whether a finding is about it: names it, or bytes of it.
  /// - Parameters:
  ///   - ranges: the bytes of the file that it takes.
  ///   - geometry: nil if no superblock tells.
  func isTouched(by finding: Finding, _ ranges: [Range<UInt64>], _ geometry: Geometry?) -> Bool {
    // Where nothing can be concluded about the file, or half of a repair may stand in it, nothing can be about an item.
    if finding.kind.exitCode.concludesNothing || finding.kind == .repairInProgress { return true }
    switch self {
    case .superblock(let copy):
      // What is said of the superblock as a whole is said of each copy.
      if finding.kind.entry.part == .superblocks, finding.slot == nil { return (finding.copy ?? copy) == copy }
    case .slot, .op:
      if finding.zone == .walHeaders || finding.zone == .walPrepares { return finding.slot == geometry.flatMap(slot) }
    case .reply(let slot): if finding.zone == .replies { return finding.slot == slot }
    case .block(let address): if let block = finding.block { return block == address }
    }
    return finding.range.map { range in ranges.contains { $0.overlaps(range) } } ?? false
  }

  private func slot(_ geometry: Geometry) -> Int? {
    switch self {
    case .slot(let slot): slot
    case .op(let op): geometry.slot(of: op)
    case .superblock, .reply, .block: nil
    }
  }
}
