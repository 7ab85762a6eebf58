public import MKraftFormat

/// Reads a whole log in op order and decides on it.
public struct JournalScan {
  /// The decision on the log behind `superblock`.
  /// - Parameters:
  ///   - provenOp: as `JournalRecovery` takes it.
  ///   - visit: called with the evidence of every slot and what is made of it, in op order from the checkpoint on.
  public static func run(
    _ storage: any Storage, _ superblock: Superblock, provenOp: UInt64,
    visit: (SlotEvidence, SlotVerdict.Disposition) -> Void = { _, _ in }
  ) -> JournalDecision {
    let reader = JournalReader(storage, geometry: superblock.geometry, cluster: superblock.cluster)
    var recovery = JournalRecovery(superblock, provenOp: provenOp)
    let slotCount = Int(superblock.geometry.slotCount)
    while let slot = recovery.nextSlot {
      for evidence in reader.evidence(of: slot..<min(slot + reader.batchLimit, slotCount)) {
        // The ring wraps once: the batch that reaches the checkpoint's own slot may hold slots that were taken already.
        guard recovery.nextSlot == evidence.slot else { break }
        visit(evidence, recovery.add(evidence))
      }
    }
    return recovery.finish()
  }
}
