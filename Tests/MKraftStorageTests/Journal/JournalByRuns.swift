import MKraftFormat
import MKraftStorage
import Testing

/// The decision on a log whose entries are given in runs, as verification gives them. It must be the one that `JournalScan`
/// comes to slot by slot. The superblock is given, so that no copy can be ahead of it.
enum JournalByRuns {
  static func decide(_ storage: MemoryStorage, _ superblock: Superblock, upTo limit: UInt64 = .max) -> JournalDecision {
    var recovery = JournalRecovery(superblock, provenOp: 0)
    for part in parts(storage, superblock, upTo: limit) {
      switch part {
      case .run(let run): recovery.add(run)
      case .slot(let evidence): recovery.add(evidence)
      }
    }
    return recovery.finish()
  }

  /// The whole log, in op order from the checkpoint on.
  static func parts(_ storage: MemoryStorage, _ superblock: Superblock, upTo limit: UInt64 = .max) -> [LogPart] {
    let geometry = superblock.geometry
    let reader = JournalReader(storage, geometry: geometry, cluster: superblock.cluster)
    let rules = EntryRunRules(superblock, upTo: limit)
    var parts: [LogPart] = []
    var op = superblock.checkpoint.op + 1
    let end = op + UInt64(geometry.slotCount)
    while op < end {
      let slot = geometry.slot(of: op)
      let count = min(reader.batchLimit, Int(geometry.slotCount) - slot, Int(end - op))
      parts += reader.parts(of: slot..<slot + count, from: op, rules)
      op += UInt64(count)
    }
    return parts
  }

  /// Fails the test if `decision` is not the one by runs.
  static func check(_ decision: JournalDecision, _ storage: MemoryStorage, _ superblock: Superblock) {
    let other = decide(storage, superblock)
    #expect(decision.head == other.head && decision.end == other.end && decision.tailStart == other.tailStart)
    #expect(decision.commitMax == other.commitMax && decision.provenOp == other.provenOp)
    #expect(decision.slots == other.slots && decision.faults == other.faults)
    #expect(decision.faultCount == other.faultCount)
  }
}
