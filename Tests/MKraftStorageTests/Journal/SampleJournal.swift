import MKraftFormat
import MKraftStorage

/// A sample file with a log of whole entries, all of term 1, in both rings; to be damaged.
final class SampleJournal {
  let storage: MemoryStorage
  var superblock: Superblock
  /// By op.
  private(set) var log: [SampleEntry?] = [nil]
  let geometry = SampleFile.geometry

  /// Entries 1 to `head`; what is older than a wrap has been overwritten.
  init(head: Int, checkpoint: Int = 0) {
    let formatted = SampleFile.superblock()
    storage = SampleFile.format(formatted)
    superblock = formatted.started(on: [formatted.checkpoint.header])
    if checkpoint > 0 {
      append(SampleEntry.chain(after: formatted.checkpoint.header, count: checkpoint, term: 1))
      let header = header(checkpoint)
      superblock = superblock.updated { next in
        next.checkpoint.header = header
        next.checkpoint.seal()
        next.commitMax = header.op
      }
    }
    append(next(head - checkpoint))
  }

  private func append(_ entries: [SampleEntry]) {
    for entry in entries {
      log.append(entry)
      put(entry)
    }
  }

  func entry(_ op: Int) -> SampleEntry {
    guard let entry = log[op] else { preconditionFailure("the root is not among the entries") }
    return entry
  }

  func header(_ op: Int) -> PrepareHeader {
    op == 0 ? PrepareHeader.root(cluster: SampleFile.cluster) : entry(op).header
  }
  var head: Int { log.count - 1 }
  var headers: [PrepareHeader] { log.indices.map(header) }

  func slot(_ op: Int) -> Int { geometry.slot(of: UInt64(op)) }

  func put(_ entry: SampleEntry) {
    putPrepare(entry)
    putHeader(entry.header)
  }

  func putPrepare(_ entry: SampleEntry) {
    storage.replace(at: geometry.prepareOffset(slot: slot(Int(entry.header.op))), with: entry.image)
  }

  func putHeader(_ header: PrepareHeader) {
    storage.put(header, at: geometry.headerOffset(slot: slot(Int(header.op))))
  }

  /// Entries after the head, in neither ring yet.
  func next(_ count: Int, term: UInt64 = 1) -> [SampleEntry] {
    SampleEntry.chain(after: header(head), count: count, term: term, ids: CheckpointIDs(superblock))
  }

  func zeroHeader(_ op: Int) { damage(.zero, .header, op) }
  func zeroPrepare(_ op: Int) { damage(.zero, .prepare, op) }

  func damage(_ kind: FaultAtRest.Kind, _ item: FaultAtRest.Item, _ op: Int) {
    var random = SplitMix64(seed: 1)
    FaultAtRest(kind, item, slot: slot(op)).apply(to: storage, past: SampleFile.format(), using: &random)
  }

  func decide() -> JournalDecision {
    let decision = JournalScan.run(storage, superblock, provenOp: 0)
    JournalByRuns.check(decision, storage, superblock)
    return decision
  }

  /// The faults of a decision, by op and name.
  static func faults(_ decision: JournalDecision) -> [String] { decision.faults.map { "\($0.op) \($0.kind.rawValue)" } }
  func faults() -> [String] { Self.faults(decide()) }

  func disposition(_ decision: JournalDecision, _ op: Int) -> SlotVerdict.Disposition {
    decision.slots[slot(op)].disposition
  }
}
