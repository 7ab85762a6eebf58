internal import MKraftFormat
internal import MKraftStorage

/// Taking in again what a verification that ended early had read of the log.
extension LogIntake {
  /// Takes in again what was recorded of the first `pieces` pieces; nil if a slot of them is not what it was: an entry was written
  /// since, or what was damaged was mended; or if the record is of other slots.
  init?(
    resuming record: LogRecord, pieces: Int, _ superblock: Superblock, _ opening: SuperblockDecision,
    liveHead: UInt64?, _ storage: any Storage
  ) {
    self.init(superblock, opening, liveHead: liveHead)
    let reader = JournalReader(storage, geometry: superblock.geometry, cluster: superblock.cluster)
    // A slot of an earlier wrap that comes after one that both rings hold from then, too.
    var followsOld = false
    for part in record.parts {
      let isTaken: Bool
      switch part {
      case .chain(let count, let last):
        var previous: PrepareHeader?
        isTaken = takeHeaders(count, reader) { header, _ in
          defer { previous = header }
          return previous.map { header.isChild(of: $0) } ?? true
        }
        guard previous?.checksum == last else { return nil }
        followsOld = false
      case .alike(let count, let digest):
        var found: UInt128 = 0
        isTaken = takeHeaders(count, reader) { header, op in
          found = LogRecord.digest(found, header)
          let isOld = header.kind != .prepare || header.op != op
          defer { followsOld = isOld }
          // An entry may stand in the prepare ring without a header yet. The log goes on with it only if the slots before it are
          // of the log, so that the first old one tells.
          guard isOld, !followsOld else { return true }
          let slot = superblock.geometry.slot(of: op)
          return reader.evidence(of: slot..<slot + 1)[0].alikeHeader == header
        }
        guard found == digest else { return nil }
      case .moving(let count): isTaken = takeMoving(count)
      case .apart(let evidence):
        isTaken = takeAgain(evidence, reader)
        followsOld = false
      }
      guard isTaken else { return nil }
    }
    let first = superblock.checkpoint.op + 1
    guard let count = LogIntake.slotCount(before: pieces, superblock), nextOp == first + count else { return nil }
    goOn(from: pieces, record)
  }

  /// Slots of the first pieces of a scan; nil if there are fewer pieces.
  private static func slotCount(before pieces: Int, _ superblock: Superblock) -> UInt64? {
    let slotsPerPiece = JournalReader.batchLimit(superblock.geometry)
    let plan = ScanPlan(superblock, scope: .wal, slotsPerPiece: slotsPerPiece, blocks: 1..<1)
    guard pieces <= plan.logCount else { return nil }
    var count: UInt64 = 0
    for index in 0..<pieces {
      if case .log(_, let slots) = plan[index] { count += UInt64(slots.count) }
    }
    return count
  }

  /// Takes the next slots as the header ring has them; false if one is not there, or not as it must be.
  private mutating func takeHeaders(
    _ count: Int, _ reader: JournalReader, _ isRight: (PrepareHeader, _ op: UInt64) -> Bool
  ) -> Bool {
    var left = count
    while left > 0 {
      guard let slot = nextSlot else { return false }
      let slots = slot..<min(slot + min(left, reader.batchLimit), slotCount)
      for seen in reader.evidence(of: slots, bodies: false) {
        guard let header = seen.validHeader, nextSlot == seen.slot, isRight(header, nextOp) else { return false }
        take(SlotEvidence(slot: seen.slot, header: .valid(header), prepare: .valid(header)))
      }
      left -= slots.count
    }
    return true
  }

  private mutating func takeMoving(_ count: Int) -> Bool {
    for _ in 0..<count {
      guard let slot = nextSlot else { return false }
      take(blank(slot))
    }
    return true
  }

  /// Takes a slot that is not as it should be, if it still is as it was.
  private mutating func takeAgain(_ evidence: SlotEvidence, _ reader: JournalReader) -> Bool {
    guard evidence.slot == nextSlot else { return false }
    let now = reader.evidence(of: evidence.slot..<evidence.slot + 1)[0]
    guard now.isSame(as: evidence) else { return false }
    take(evidence)
    return true
  }
}
