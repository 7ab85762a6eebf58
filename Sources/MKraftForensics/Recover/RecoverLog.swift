internal import MKraftFormat
internal import MKraftStorage

/// What all files together hold of one log: which entries are there, and how far the log is known to have reached.
///
/// For a replica alone a valid header in the header ring proves that its prepare was durable, so that it may have been
/// acknowledged (rule R12); a prepare by itself proves that it can be brought back. Memory: at most two headers a slot and file.
struct RecoverLog {
  struct Entry {
    let header: PrepareHeader
    let source: Int
    /// Whether the header ring names it.
    let isProven: Bool
    /// Whether the prepare ring holds all of it.
    let isWhole: Bool
  }

  /// Where the log of one file may go on beyond what is proven.
  private struct Tail {
    /// Of the newest superblock copy: the higher, the later the file was written to.
    let sequence: UInt64
    /// Ops of slots that are damaged in both rings.
    let undecidable: [UInt64]
    /// The first op whose header slot is valid but older: nothing from it on had been acknowledged.
    let opensAt: UInt64?
  }

  private var entries: [UInt64: [Entry]] = [:]
  private let sources: [RecoverSource]
  /// By which a file without a superblock is read.
  private let model: Superblock
  /// The log is known to have reached this op.
  private(set) var provenOp: UInt64 = 0
  private(set) var termMax: UInt64 = 0
  /// What superblocks name.
  private var named: [UInt64: UInt128] = [:]

  init(_ sources: [RecoverSource], model: Superblock) {
    self.sources = sources
    self.model = model
    for index in sources.indices { read(index) }
    for superblock in sources.flatMap(\.superblocks) { note(superblock) }
  }

  private mutating func note(_ superblock: Superblock) {
    let positions =
      [superblock.cut, LogPosition(superblock.checkpoint.header)] + (superblock.clean.map { [$0] } ?? [])
      + (0..<superblock.suffix.count).map { LogPosition(superblock.suffix[$0]) }
    for position in positions { named[position.op] = position.checksum }
    provenOp = max(provenOp, max(superblock.commitMax, positions.map(\.op).max() ?? 0))
    termMax = max(termMax, superblock.term)
  }

  private mutating func read(_ index: Int) {
    let source = sources[index]
    guard let superblock = source.superblock else {
      let reader = JournalReader(source.storage, geometry: model.geometry, cluster: model.cluster)
      let slotCount = Int(model.geometry.slotCount)
      for slot in stride(from: 0, to: slotCount, by: reader.batchLimit) {
        for evidence in reader.evidence(of: slot..<min(slot + reader.batchLimit, slotCount)) { add(evidence, index) }
      }
      return
    }
    var seen = RecoverLog(empty: self)
    let decision = JournalScan.run(source.storage, superblock) { evidence, _ in seen.add(evidence, index) }
    for (op, found) in seen.entries { entries[op, default: []] += found }
    provenOp = max(provenOp, max(seen.provenOp, decision.provenOp))
    termMax = max(termMax, seen.termMax)
  }

  private init(empty other: RecoverLog) {
    sources = other.sources
    model = other.model
  }

  private mutating func add(_ evidence: SlotEvidence, _ source: Int) {
    let header = evidence.validHeader.flatMap { $0.kind == .prepare ? $0 : nil }
    let prepare = evidence.validPrepare.flatMap { $0.kind == .prepare ? $0 : nil }
    if let header {
      provenOp = max(provenOp, max(header.op, header.commit))
      termMax = max(termMax, header.term)
      entries[header.op, default: []].append(
        Entry(header: header, source: source, isProven: true, isWhole: prepare == header))
    }
    if let prepare, prepare != header {
      provenOp = max(provenOp, prepare.commit)
      termMax = max(termMax, prepare.term)
      entries[prepare.op, default: []].append(
        Entry(header: prepare, source: source, isProven: false, isWhole: true))
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

  /// The first op for which two files prove different entries.
  var divergence: (op: UInt64, one: Int, other: Int)? {
    var first: (op: UInt64, one: Int, other: Int)?
    for (op, found) in entries where op < first?.op ?? .max {
      let proven = found.filter(\.isProven)
      guard let one = proven.first, let other = proven.first(where: { $0.header != one.header }) else { continue }
      first = (op, one.source, other.source)
    }
    return first
  }

  // MARK: Beyond the chain

  /// Ops above `op` that the log reached and of which anything may be left, in order.
  func traces(above op: UInt64) -> [UInt64] {
    guard provenOp > op else { return [] }
    var ops: Set<UInt64> = [provenOp]
    for one in entries.keys where one > op {
      ops.insert(one)
      ops.insert(one - 1)
    }
    return ops.filter { $0 > op && $0 <= provenOp }.sorted()
  }

  /// Whether all of the entry of an op is there: one that nothing proves to be another.
  func isWhole(_ op: UInt64) -> Bool { (entries[op] ?? []).contains { $0.isWhole && isAdmitted($0.header) } }

  /// Whether something names the entry of an op: its header, the entry after it, or a superblock.
  func isNamed(_ op: UInt64) -> Bool {
    if named[op] != nil || (entries[op] ?? []).contains(where: \.isProven) { return true }
    return (entries[op + 1] ?? []).contains { $0.isProven || $0.isWhole }
  }

  /// Ops above `op` that may have been acknowledged: their slots are damaged in both rings, and nothing shows that the log ended
  /// before (rule R13). Another file that was written to later may show it.
  func undecidable(above op: UInt64) -> [UInt64] {
    let tails = sources.indices.map { tail($0, above: op) }
    var found: Set<UInt64> = []
    for tail in tails {
      found.formUnion(
        tail.undecidable.filter { op in
          !tails.contains { $0.sequence > tail.sequence && ($0.opensAt ?? .max) <= op }
        })
    }
    return found.sorted()
  }

  private func tail(_ index: Int, above op: UInt64) -> Tail {
    let source = sources[index]
    let superblock = source.superblock ?? model
    // A file whose superblocks are gone may have been written to later than any other.
    let sequence = source.superblock?.sequence ?? .max
    // A clean stop says where the log ended, unless it is known to have gone on since: then the superblock was rolled back.
    if source.isCertain, superblock.clean?.op == op {
      return Tail(sequence: sequence, undecidable: [], opensAt: op + 1)
    }
    let geometry = superblock.geometry
    let reader = JournalReader(source.storage, geometry: geometry, cluster: superblock.cluster)
    var undecidable: [UInt64] = []
    for next in op + 1..<op + 1 + UInt64(geometry.slotCount) {
      let slot = geometry.slot(of: next)
      let condition = SlotCondition(reader.evidence(of: slot..<slot + 1)[0], expecting: next, superblock)
      if condition.header.opensTail {
        // What was read while a replica ran does not show where the log ended.
        return Tail(sequence: sequence, undecidable: undecidable, opensAt: source.isLive ? nil : next)
      }
      let rule = RecoveryTable.rows[RecoveryTable.index(of: condition)]
      if rule.alone == .undecidable { undecidable.append(next) }
    }
    return Tail(sequence: sequence, undecidable: undecidable, opensAt: nil)
  }
}
