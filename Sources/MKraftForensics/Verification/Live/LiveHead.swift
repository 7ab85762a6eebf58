internal import MKraftFormat
internal import MKraftStorage

/// The head of a file that a replica is writing to.
///
/// Headers become durable in op order (rule R12). So once a header has been seen, it and all before it are there for every later
/// read; what lies above is in motion and is left out of the judgement.
enum LiveHead {
  /// The highest op whose header is in the ring now, or that the superblock knows of.
  static func find(_ storage: any Storage, _ superblock: Superblock) -> UInt64 {
    let geometry = superblock.geometry
    let reader = JournalReader(storage, geometry: geometry, cluster: superblock.cluster)
    var head = bounds(superblock).lowerBound
    var first = 0
    while first < Int(geometry.slotCount) {
      let slots = first..<min(first + reader.batchLimit, Int(geometry.slotCount))
      for slot in reader.evidence(of: slots, bodies: false) {
        guard let header = slot.validHeader, counts(header, superblock) else { continue }
        head = max(head, header.op)
      }
      first = slots.upperBound
    }
    return head
  }

  /// What it can be, whatever the rings hold.
  static func bounds(_ superblock: Superblock) -> ClosedRange<UInt64> {
    let known = max(superblock.checkpoint.op, superblock.cut.op, superblock.commitMax)
    return known...max(known, superblock.geometry.lastOp(after: superblock.checkpoint.op))
  }

  /// Whether it is an entry of the log that this superblock starts.
  private static func counts(_ header: PrepareHeader, _ superblock: Superblock) -> Bool {
    let isVoid = header.op > superblock.cut.op && header.term < superblock.logTerm
    return header.kind == .prepare && !isVoid
      && header.op <= superblock.geometry.lastOp(after: superblock.checkpoint.op)
  }
}
