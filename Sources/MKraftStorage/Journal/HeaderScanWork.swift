internal import MKraftFormat
internal import Synchronization

/// The slots of a scan of headers, shared by the threads that read them: each takes the next batch until none is left.
final class HeaderScanWork: Sendable {
  private let storage: any Storage
  private let superblock: Superblock
  private let slots: Range<Int>
  private let batch: Int
  private let count: Int
  private let next = Atomic<Int>(0)
  private let found: Mutex<[[SlotEvidence]]>

  init(_ storage: any Storage, _ superblock: Superblock, slots: Range<Int>) {
    self.storage = storage
    self.superblock = superblock
    self.slots = slots
    batch = JournalReader.batchLimit(superblock.geometry)
    count = (slots.count + batch - 1) / batch
    found = Mutex(Array(repeating: [], count: count))
  }

  /// Takes batches until none is left.
  func run() {
    let reader = JournalReader(storage, geometry: superblock.geometry, cluster: superblock.cluster)
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let start = slots.lowerBound + index * batch
      let evidence = headers(start..<min(start + batch, slots.upperBound), reader)
      found.withLock { $0[index] = evidence }
    }
  }

  /// The evidence of all slots, in order; to be asked when all threads are through.
  var evidence: [SlotEvidence] { found.withLock { $0.flatMap { $0 } } }

  /// A body is taken on trust only where its header stands in both rings.
  private func headers(_ slots: Range<Int>, _ reader: JournalReader) -> [SlotEvidence] {
    var evidence: [SlotEvidence] = []
    evidence.reserveCapacity(slots.count)
    for found in reader.evidenceOfHeaders(of: slots) {
      if found.isBodyVerified || isInBothRings(found.evidence) {
        evidence.append(found.evidence)
      } else {
        let slot = found.evidence.slot
        evidence += reader.evidence(of: slot..<slot + 1)
      }
    }
    return evidence
  }

  private func isInBothRings(_ evidence: SlotEvidence) -> Bool {
    guard let header = evidence.validHeader, let prepare = evidence.validPrepare else { return false }
    return header == prepare
  }
}
