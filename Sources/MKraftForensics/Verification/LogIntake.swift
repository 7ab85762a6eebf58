internal import MKraftFormat
internal import MKraftStorage

/// Brings the evidence that several threads gather back into op order, and decides on the log with it.
///
/// It holds two bytes a slot, and the evidence of slots that are not as they should be, a bounded number.
struct LogIntake: Sendable {
  /// Pieces that may wait for an earlier one; a thread that is further ahead waits.
  static let waitingMax = 16
  /// Slots whose evidence is kept to describe what is wrong; beyond them it is only counted.
  static let evidenceMax = 4096
  /// Entries that are read whole, because their headers are damaged, after a limit was reached.
  static let lookupsMax = 64

  private let superblock: Superblock
  /// Nothing above this op is looked at: the head of a file in use when the scan began.
  private let liveHead: UInt64?
  /// What a superblock copy that is one update ahead tells of how far the log had got; 0 if there is none, or of a file in use.
  let copyOp: UInt64
  private var recovery: JournalRecovery
  private var pieces = PiecesInOrder<[LogPart]>(waitingMax: waitingMax)
  private(set) var evidence: [Int: SlotEvidence] = [:]
  /// Checksums of entries that are not there, as their successors name them.
  private(set) var namedByChild: [UInt64: UInt128] = [:]
  private(set) var nextOp: UInt64
  /// What it takes to go on later.
  private(set) var record = LogRecord()

  /// - Parameter opening: the decision that the superblock comes from.
  init(_ superblock: Superblock, _ opening: SuperblockDecision, liveHead: UInt64?) {
    self.superblock = superblock
    self.liveHead = liveHead
    // Of a file in use a copy may be ahead of the others at any time, and what it says may lie above the head that is judged as of.
    copyOp = liveHead == nil ? opening.provenOp : 0
    recovery = JournalRecovery(superblock, provenOp: copyOp)
    nextOp = superblock.checkpoint.op + 1
  }

  /// What was recorded before was taken in: the next piece is `pieces`.
  mutating func goOn(from pieces: Int, _ record: LogRecord) {
    self.pieces = PiecesInOrder(from: pieces, waitingMax: LogIntake.waitingMax)
    self.record = record
  }

  var slotCount: Int { Int(superblock.geometry.slotCount) }

  /// Whether the piece of this number has to wait for earlier ones.
  func isFull(_ sequence: Int) -> Bool { pieces.isFull(sequence) }

  /// The slot of the next op; nil when every slot was taken in.
  var nextSlot: Int? { recovery.nextSlot }

  /// Takes the slots that were not read as their headers tell, so that what was read can be judged: entries that stand in the header ring
  /// are taken on trust. False if too many of the headers are damaged.
  mutating func completeFromHeaders(_ storage: any Storage) -> Bool {
    let reader = JournalReader(storage, geometry: superblock.geometry, cluster: superblock.cluster)
    var lookups = 0
    while let slot = nextSlot {
      let slots = slot..<min(slot + reader.batchLimit, Int(superblock.geometry.slotCount))
      // The ring's last slots may have been taken in first.
      for seen in reader.evidence(of: slots, bodies: false) where seen.slot == nextSlot {
        if let header = seen.validHeader, header.kind != .unknown {
          take(SlotEvidence(slot: seen.slot, header: .valid(header), prepare: .valid(header)))
          continue
        }
        lookups += 1
        guard lookups <= LogIntake.lookupsMax else { return false }
        take(reader.evidence(of: seen.slot..<seen.slot + 1)[0])
      }
    }
    return true
  }

  mutating func take(_ parts: [LogPart], sequence: Int) {
    for part in pieces.take(parts, sequence).joined() {
      switch part {
      case .run(let run): take(run)
      case .slot(let evidence): take(evidence)
      }
    }
  }

  consuming func finish() -> JournalDecision { recovery.finish() }

  /// Of a run only the first entry can be other than kept.
  private mutating func take(_ run: EntryRun) {
    precondition(liveHead.map { run.last.op <= $0 } ?? true, "what lies above the live head is no part of a run")
    record.add(run)
    note(run.firstEvidence, recovery.add(run), op: nextOp)
    nextOp += UInt64(run.slots.count)
  }

  mutating func take(_ found: SlotEvidence) {
    let op = nextOp
    nextOp += 1
    let isInMotion = liveHead.map { op > $0 } ?? false
    if isInMotion { record.addMoving() } else { record.add(found) }
    let seen = isInMotion ? blank(found.slot) : found
    note(seen, recovery.add(seen), op: op)
  }

  private mutating func note(_ seen: SlotEvidence, _ disposition: SlotVerdict.Disposition, op: UInt64) {
    // Kept is what both rings hold alike: the most frequent case by far.
    guard disposition != .kept else { return noteParent(seen, op: op) }
    let isPlain = disposition == .blank && seen.validHeader != nil && seen.validPrepare != nil
    guard !isPlain || seen.validHeader?.kind == .unknown else { return noteParent(seen, op: op) }
    guard evidence.count < LogIntake.evidenceMax else { return }
    evidence[seen.slot] = seen
    noteParent(seen, op: op)
  }

  /// Remembers what the entry of `op` says of the one before, if that one is not there.
  private mutating func noteParent(_ seen: SlotEvidence, op: UInt64) {
    guard !evidence.isEmpty else { return }
    let before = superblock.geometry.slot(of: op - 1)
    guard let missing = evidence[before], missing.validHeader?.op != op - 1, missing.validPrepare?.op != op - 1 else {
      return
    }
    let heirs = [seen.validHeader, seen.validPrepare].compactMap { $0 }
    guard let heir = heirs.first(where: { $0.op == op && $0.kind == .prepare }) else { return }
    namedByChild[op - 1] = heir.parent
  }

  /// Beyond the head that a file in use is judged as of, everything counts as blank.
  func blank(_ slot: Int) -> SlotEvidence {
    let header = PrepareHeader.placeholder(.reserved, slot: slot, cluster: superblock.cluster)
    return SlotEvidence(slot: slot, header: .valid(header), prepare: .valid(header))
  }
}
