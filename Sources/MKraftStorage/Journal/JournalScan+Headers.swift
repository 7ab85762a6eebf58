public import MKraftFormat

/// A scan for whoever reads the entries afterwards anyway.
extension JournalScan {
  /// Entries from this size on are worth the trouble, bytes; smaller ones are read whole.
  private static let messageSizeMin: UInt32 = 128 << 10
  /// Requests under way at once: each is small, and the device takes its time for each.
  private static let threadCount = 8
  /// Slots whose evidence is in memory at once.
  private static let groupSlots = 2048

  /// The decision on the log behind `superblock`, where a body that only its own checksum can prove wrong is taken on trust: that of
  /// an entry whose header stands in both rings. Everything that decides where the log ends is verified. Whoever executes the
  /// entries verifies each, and must not go on behind one that is damaged.
  public static func runHeaders(
    _ storage: any Storage, _ superblock: Superblock, provenOp: UInt64,
    visit: (SlotEvidence, SlotVerdict.Disposition) -> Void = { _, _ in }
  ) -> JournalDecision {
    guard superblock.geometry.messageSize >= messageSizeMin else {
      return run(storage, superblock, provenOp: provenOp, visit: visit)
    }
    var recovery = JournalRecovery(superblock, provenOp: provenOp)
    let slotCount = Int(superblock.geometry.slotCount)
    while let slot = recovery.nextSlot {
      for evidence in readHeaders(slot..<min(slot + groupSlots, slotCount), storage, superblock) {
        // The ring wraps once: the group that reaches the checkpoint's own slot may hold slots that were taken already.
        guard recovery.nextSlot == evidence.slot else { break }
        visit(evidence, recovery.add(evidence))
      }
    }
    return recovery.finish()
  }

  private static func readHeaders(
    _ slots: Range<Int>, _ storage: any Storage, _ superblock: Superblock
  ) -> [SlotEvidence] {
    let work = HeaderScanWork(storage, superblock, slots: slots)
    // As many as the system gives; without any this thread does all of the work.
    let helpers = (1..<threadCount).compactMap { _ in WorkerThread { work.run() } }
    work.run()
    for helper in helpers { helper.join() }
    return work.evidence
  }
}
