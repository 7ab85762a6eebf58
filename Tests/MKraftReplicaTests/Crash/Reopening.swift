import MKraftFormat
import MKraftReplica
import MKraftStorage

/// Opens a file as a crash left it, and judges what is found.
///
/// Every reopening runs the replica's own recovery without its writes, and compares: the head with the log that was recorded
/// (its checksum names every entry before), the checkpoint with those whose pairs, sessions and replies were compared with the
/// model when a superblock first named them (its id names every byte), every reachable block with what refers to it. Some start
/// a replica too, and read all pairs and replies back.
struct Reopening {
  enum Depth: Comparable {
    /// Nothing is written.
    case dry
    /// A replica is started, and everything read back.
    case started
    /// It is driven on, too.
    case drivenOn
  }

  enum Outcome: Equatable {
    /// Everything promised is there.
    case right
    /// Refused or halted, and what was named is what the fault had damaged.
    case named
    case violation(String)
  }

  let recording: Recording
  let facts: CrashFacts
  let depth: Depth
  /// What came on top of the power cut.
  let fault: RestFault?

  private var life: Recording.Life { recording.lives[facts.life] }
  private var log: LogModel { life.log }
  private var geometry: Geometry { recording.profile.geometry }

  /// Judges `file`, which a start changes.
  func judge(_ file: MemoryStorage) -> Outcome {
    let opening: Opening
    do throws(OpeningRefusal) { opening = try Opening.read(file) } catch {
      guard let fault, fault.isNamed(by: error, geometry) else { return .violation("refused: \(error.words)") }
      return .named
    }
    return judge(opening, CheckpointAudit.run(file, opening.superblock, opening.checkpoint), file)
  }

  /// As above, where the opening was read before.
  func judge(_ opening: Opening, _ audit: CheckpointAudit, _ file: MemoryStorage) -> Outcome {
    if let wrong = wrongSuperblock(opening.superblock) ?? wrongLog(opening) ?? wrongReplies(opening, file) {
      return .violation(wrong)
    }
    if audit.faultCount > 0 {
      guard let fault, fault.isNamed(by: audit, geometry) else { return .violation("the audit: \(audit.faults)") }
    }
    guard depth > .dry else { return audit.faultCount > 0 ? .named : .right }
    return DeepReopening(self, log, opening.journal.head.op, goesOn: depth == .drivenOn).judge(file)
  }

  /// Rule R9: nothing established is rolled back; and what the checkpoint is.
  private func wrongSuperblock(_ superblock: Superblock) -> String? {
    let established = facts.established
    guard superblock.sequence >= established.sequence, superblock.term >= established.term,
      superblock.commitMax >= established.commitMax, superblock.checkpoint.op >= established.checkpoint
    else {
      return "the superblock went back to sequence \(superblock.sequence), established was \(established.sequence)"
    }
    let state = superblock.checkpoint
    guard state.op > 0 else { return nil }
    guard state.op <= log.head, log[state.op].header == state.header,
      recording.checkpoints[state.header.checksum] == state.id
    else { return "the checkpoint of op \(state.op) is none that was written" }
    return nil
  }

  private func wrongLog(_ opening: Opening) -> String? {
    let head = opening.journal.head
    // What a start has found was promised to nobody before the start has recorded it: a fault may take it.
    let promised = max(facts.acknowledged, facts.established.commitMax)
    let lowest = fault == nil ? max(promised, life.head) : promised
    guard head.op >= lowest else { return "op \(lowest) was there for good, the head is \(head.op)" }
    guard head.op <= max(facts.prepared, life.head) else {
      return "op \(head.op) is the head, the last prepare was of \(facts.prepared)"
    }
    guard log[head.op].header == head else { return "the entry of op \(head.op) is another than the one prepared" }
    // Rule R12: what was acknowledged stands in both rings, so that damage to it is never taken for a torn write.
    if fault == nil, let tail = opening.journal.tailStart, tail <= facts.acknowledged {
      return "op \(facts.acknowledged) was acknowledged, the header of op \(tail) was not durable"
    }
    return nil
  }

  /// Rule R21: a reply of the checkpoint is there, or the log moves its session on or gives its slot away.
  private func wrongReplies(_ opening: Opening, _ file: MemoryStorage) -> String? {
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    let sessions = log[opening.journal.head.op].sessions
    for (slot, record) in opening.checkpoint.sessions.enumerated() {
      let reply = StoredReply.read(slot, of: record, from: file, opening.superblock, into: buffer)
      if case .current = reply { continue }
      guard sessions[slot].op == record.op else { continue }
      return "the reply to op \(record.op) is gone from slot \(slot), and nothing makes it again"
    }
    return nil
  }
}
