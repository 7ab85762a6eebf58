internal import MKraftFormat
internal import MKraftStorage

/// The headers of a log whose end is known, one after the other. Memory: a batch of them.
final class LogHeaders {
  private let reader: JournalReader
  private let geometry: Geometry
  private let head: UInt64
  private var batch: [SlotEvidence] = []
  private var first = 0

  init(_ storage: any Storage, _ superblock: Superblock, head: UInt64) {
    reader = JournalReader(storage, geometry: superblock.geometry, cluster: superblock.cluster)
    geometry = superblock.geometry
    self.head = head
  }

  /// The header of the entry of `op`, from either ring; nil above the head.
  func header(of op: UInt64) -> PrepareHeader? {
    guard op <= head else { return nil }
    let slot = geometry.slot(of: op)
    if !(first..<first + batch.count).contains(slot) {
      first = slot
      let slots = slot..<min(slot + reader.batchLimit, Int(geometry.slotCount))
      batch = reader.evidenceOfHeaders(of: slots).map(\.evidence)
    }
    let seen = batch[slot - first]
    return [seen.validHeader, seen.prepareHeader].compactMap { $0 }.first { $0.op == op && $0.kind == .prepare }
  }
}
