public import MKraftFormat

/// Which entries may be part of a run: those on which the recovery's decision follows from the one on the entry before.
///
/// That is so if both rings hold the expected entry, which is current, and if neither the superblock's cut, clean mark nor
/// suffix has anything to say of its op.
public struct EntryRunRules: Sendable {
  private let bounds: SlotCondition.Bounds
  private let checkpointIDs: CheckpointIDs
  private let firstNamed: UInt64
  private let lastNamed: UInt64
  /// Ops from here on are judged by themselves.
  private let cleanOp: UInt64
  /// And so are those above here.
  private let limit: UInt64

  /// - Parameter limit: no op above it becomes part of a run.
  public init(_ superblock: Superblock, upTo limit: UInt64 = .max) {
    bounds = SlotCondition.Bounds(superblock)
    checkpointIDs = CheckpointIDs(superblock)
    let count = superblock.suffix.count
    firstNamed = count > 0 ? superblock.suffix[0].op : .max
    lastNamed = count > 0 ? superblock.suffix[count - 1].op : 0
    cleanOp = superblock.clean?.op ?? .max
    self.limit = limit
  }

  /// Whether an entry that both rings hold may be part of a run where `op` is expected.
  func admit(_ header: PrepareHeader, as op: UInt64) -> Bool {
    guard header.kind == .prepare, header.op == op, op <= limit, header.checkpointID == checkpointIDs[op] else {
      return false
    }
    let isNamed = op >= firstNamed && op <= lastNamed
    guard op != bounds.cut, op < cleanOp, !isNamed else { return false }
    return bounds.age(of: header, expecting: op) == .current
  }
}
