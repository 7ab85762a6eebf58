internal import MKraftFormat
internal import MKraftStorage

/// What all files together hold of one log: which entries are there, and how far the log is known to have reached.
///
/// For a replica alone a valid header in the header ring proves that its prepare was durable, so that it may have been
/// acknowledged (rule R12); a prepare by itself proves that it can be brought back, and so does its body with the header of the header
/// ring. Memory: at most two headers a slot and file.
struct RecoverLog {
  struct Entry {
    let header: PrepareHeader
    let source: Int
    /// Whether the header ring names it.
    let isProven: Bool
    let content: Content

    /// Whether all of it is there.
    var isWhole: Bool { content != .absent }
  }

  /// What the prepare ring holds of an entry.
  enum Content {
    case absent
    /// Its body; the header is the header ring's only.
    case body
    case whole
  }

  /// What one file by itself tells.
  struct Witness {
    /// The log is known to have reached this op, by an entry, a commit stamp or a superblock.
    var provenOp: UInt64 = 0
    /// A stored reply is of this op: the log had reached it, and nothing here tells which entry it was.
    var repliedOp: UInt64 = 0
    /// Of entries; a superblock with a lower one was rolled back.
    var termMax: UInt64 = 0
  }

  private(set) var entries: [UInt64: [Entry]] = [:]
  let sources: [RecoverSource]
  /// By which a file without a superblock is read.
  let model: Superblock
  /// The log is known to have reached this op.
  private(set) var provenOp: UInt64 = 0
  private(set) var termMax: UInt64 = 0
  /// What superblocks name; the newest counts.
  private var named: [UInt64: UInt128] = [:]
  private(set) var witnesses: [Witness]

  init(_ sources: [RecoverSource], model: Superblock) {
    self.sources = sources
    self.model = model
    witnesses = sources.map { _ in Witness() }
    for index in sources.indices {
      read(index)
      for superblock in sources[index].superblocks { note(superblock, index) }
      // What was executed had been in the log.
      let reply = StoredReply.newest(
        in: sources[index].storage, (sources[index].superblock ?? model).geometry, cluster: model.cluster)
      if let reply {
        witnesses[index].repliedOp = reply.op
        provenOp = max(provenOp, reply.op)
      }
    }
    for superblock in sources.flatMap(\.superblocks).sorted(by: { $0.sequence < $1.sequence }) {
      for position in superblock.settled { named[position.op] = position.checksum }
      for index in 0..<superblock.suffix.count {
        named[superblock.suffix[index].op] = superblock.suffix[index].checksum
      }
    }
  }

  private mutating func note(_ superblock: Superblock, _ index: Int) {
    let suffix = (0..<superblock.suffix.count).map { superblock.suffix[$0].op }
    prove((superblock.settled.map(\.op) + suffix + [superblock.commitMax]).max() ?? 0, index)
    termMax = max(termMax, superblock.term)
  }

  private mutating func prove(_ op: UInt64, _ index: Int) {
    witnesses[index].provenOp = max(witnesses[index].provenOp, op)
    provenOp = max(provenOp, op)
  }

  private mutating func note(term: UInt64, _ index: Int) {
    witnesses[index].termMax = max(witnesses[index].termMax, term)
    termMax = max(termMax, term)
  }

  private mutating func read(_ index: Int) {
    let source = sources[index]
    let home = source.superblock ?? model
    let apart = JournalReader(ofSlotsApart: source.storage, geometry: home.geometry, cluster: home.cluster)
    guard let superblock = source.superblock else {
      let reader = JournalReader(source.storage, geometry: model.geometry, cluster: model.cluster)
      let slotCount = Int(model.geometry.slotCount)
      for slot in stride(from: 0, to: slotCount, by: reader.batchLimit) {
        for evidence in reader.evidence(of: slot..<min(slot + reader.batchLimit, slotCount)) {
          add(evidence, index, apart)
        }
      }
      return
    }
    var seen = RecoverLog(empty: self)
    let decision = JournalScan.run(source.storage, superblock, provenOp: source.provenOp) { evidence, _ in
      seen.add(evidence, index, apart)
    }
    for (op, found) in seen.entries { entries[op, default: []] += found }
    prove(max(seen.provenOp, decision.provenOp), index)
    note(term: seen.termMax, index)
  }

  private init(empty other: RecoverLog) {
    sources = other.sources
    model = other.model
    witnesses = other.witnesses
  }

  /// - Parameter apart: reads a slot once more whose prepare is not the entry that its header names.
  private mutating func add(_ evidence: SlotEvidence, _ source: Int, _ apart: JournalReader) {
    let header = evidence.validHeader.flatMap { $0.kind == .prepare ? $0 : nil }
    let prepare = evidence.validPrepare.flatMap { $0.kind == .prepare ? $0 : nil }
    if let header {
      prove(max(header.op, header.commit), source)
      note(term: header.term, source)
      let content: Content = prepare == header ? .whole : apart.holdsBody(of: header) ? .body : .absent
      entries[header.op, default: []].append(
        Entry(header: header, source: source, isProven: true, content: content))
    }
    if let prepare, prepare != header {
      prove(prepare.commit, source)
      note(term: prepare.term, source)
      entries[prepare.op, default: []].append(
        Entry(header: prepare, source: source, isProven: false, content: .whole))
    }
  }

  // MARK: The chain

  /// The entries that follow the superblock's checkpoint, each the child of the one before, as far as they are there and a file
  /// has room for them.
  func chain(from superblock: Superblock) -> [Entry] {
    let ids = CheckpointIDs(superblock)
    let limit = superblock.geometry.lastPreparableOp(after: superblock.checkpoint.op)
    var chain: [Entry] = []
    var last = superblock.checkpoint.header
    while last.op < limit, let next = child(of: last), next.header.checkpointID == ids[next.header.op] {
      chain.append(next)
      last = next.header
    }
    return chain
  }

  /// The entry that follows `parent`, if it is there.
  func child(of parent: PrepareHeader) -> Entry? {
    let op = parent.op + 1
    let whole = (entries[op] ?? []).filter { entry in
      entry.isWhole && entry.header.isChild(of: parent) && isAdmitted(entry.header)
        && (named[op] ?? entry.header.checksum) == entry.header.checksum
    }
    // Of two that were prepared the later leader's was the one that went on.
    return whole.max { ($0.header.term, $1.source) < ($1.header.term, $0.source) }
  }

  /// Whether nothing proves another entry of its op. Where a file's rings disagree, the entry above tells which is right (theory
  /// D4, row O).
  private func isAdmitted(_ header: PrepareHeader) -> Bool {
    let proven = (entries[header.op] ?? []).filter(\.isProven)
    if proven.isEmpty || proven.contains(where: { $0.header == header }) { return true }
    return (entries[header.op + 1] ?? []).contains { $0.isProven && $0.header.parent == header.checksum }
  }

  // MARK: Beyond the chain

  /// Ops above `op`, up to the last that the log reached, of which anything may be left, in order.
  func traces(above op: UInt64, upTo last: UInt64) -> [UInt64] {
    guard last > op else { return [] }
    var ops: Set<UInt64> = [last]
    for one in entries.keys where one > op {
      ops.insert(one)
      ops.insert(one - 1)
    }
    return ops.filter { $0 > op && $0 <= last }.sorted()
  }

  /// Whether all of the entry of an op is there: one that nothing proves to be another.
  func isWhole(_ op: UInt64) -> Bool { (entries[op] ?? []).contains { $0.isWhole && isAdmitted($0.header) } }

  /// Whether something names the entry of an op: its header, the entry after it, or a superblock.
  func isNamed(_ op: UInt64) -> Bool {
    if named[op] != nil || (entries[op] ?? []).contains(where: \.isProven) { return true }
    return (entries[op + 1] ?? []).contains { $0.isProven || $0.isWhole }
  }
}
