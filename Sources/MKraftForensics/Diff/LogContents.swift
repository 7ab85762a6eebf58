internal import MKraftFormat
internal import MKraftStorage

/// What a file holds of each op of its log, asked for in order of op. Memory: a batch of slots.
final class LogContents {
  /// What is there of one op.
  struct Entry: Sendable {
    /// Its header, if it is part of the log and known.
    var header: PrepareHeader?
    var holding: LogHolding
  }

  private let superblock: Superblock
  /// The last op that there may be something of.
  let last: UInt64
  /// The log is known to reach at least to here.
  private let proven: UInt64
  /// Whether a replica writes to the file, so that it has gone on since it was judged.
  private let isLive: Bool
  private let reader: JournalReader
  private var batch: [SlotEvidence] = []
  private var first = 0

  /// Nil if no superblock or no log is known.
  init?(_ replica: ComparedReplica) {
    guard let superblock = replica.superblock, let journal = replica.report.journal else { return nil }
    self.superblock = superblock
    isLive = replica.report.liveHead != nil
    proven = max(journal.head.op, journal.provenOp)
    // A log that a replica refuses ends for it before the first fault; what stands behind is of the log all the same.
    last = journal.serves ? journal.head.op : superblock.geometry.lastOp(after: superblock.checkpoint.op)
    reader = JournalReader(replica.storage, geometry: superblock.geometry, cluster: superblock.cluster)
  }

  func entry(of op: UInt64) -> Entry {
    guard op <= last else { return Entry(header: nil, holding: .beyondHead) }
    let seen = evidence(superblock.geometry.slot(of: op))
    let known = [seen.validHeader, seen.prepareHeader].compactMap { $0 }.first { isEntry($0, of: op) }
    guard let header = known ?? fixed(op) else {
      if op > proven { return Entry(header: nil, holding: .beyondHead) }
      let isOverwritten = op + UInt64(superblock.geometry.slotCount) <= proven || isLive && isTaken(seen, since: op)
      return Entry(header: nil, holding: isOverwritten ? .overwritten : .lost)
    }
    let hasContent = seen.validPrepare?.checksum == header.checksum
    if hasContent { return Entry(header: header, holding: .content) }
    return Entry(header: header, holding: op <= superblock.checkpoint.op ? .executed : .header)
  }

  private func isEntry(_ header: PrepareHeader, of op: UInt64) -> Bool {
    guard header.kind == .prepare, header.op == op else { return false }
    // Above the cut an entry of an older term is void (rule R7).
    return op <= superblock.cut.op || header.term >= superblock.logTerm
  }

  /// Whether the slot holds an entry of a later round by now. While its prepare is being written, the header tells it.
  private func isTaken(_ seen: SlotEvidence, since op: UInt64) -> Bool {
    [seen.validHeader, seen.prepareHeader].contains { header in
      header.map { $0.kind == .prepare && $0.op > op } ?? false
    }
  }

  /// What the superblock itself knows of the op.
  private func fixed(_ op: UInt64) -> PrepareHeader? {
    if op == superblock.checkpoint.op { return superblock.checkpoint.header }
    for index in 0..<min(superblock.suffix.count, Superblock.suffixLimit) where superblock.suffix[index].op == op {
      return superblock.suffix[index]
    }
    return nil
  }

  private func evidence(_ slot: Int) -> SlotEvidence {
    if !(first..<first + batch.count).contains(slot) {
      first = slot
      batch = reader.evidence(of: slot..<min(slot + reader.batchLimit, Int(superblock.geometry.slotCount)))
    }
    return batch[slot - first]
  }
}

/// What a file holds of an op.
public enum LogHolding: String, Sendable, CaseIterable {
  /// The whole entry.
  case content
  /// Its header, while the contents are not needed any more: the checkpoint has executed it.
  case executed
  /// Its header only; the contents are damaged or missing.
  case header
  /// Its slot has been used again.
  case overwritten
  /// Part of the log, and neither contents nor header can be read.
  case lost
  /// The log ends before.
  case beyondHead = "beyond-head"

  public var words: String {
    switch self {
    case .content: "holds it whole"
    case .executed: "executed it before its checkpoint; the contents are gone"
    case .header: "knows its header; the contents are damaged"
    case .overwritten: "has overwritten it"
    case .lost: "cannot read it"
    case .beyondHead: "ends before it"
    }
  }
}
