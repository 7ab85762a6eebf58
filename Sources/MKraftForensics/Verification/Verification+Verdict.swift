internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// What a replica would do.
extension Verification {
  /// What the log, the replies and the grid come to, as far as they were read.
  struct Judged {
    var journal: JournalDecision?
    /// Whether the decision on the log is the one that a replica would take: every entry was read.
    var isLogWhole = false
    /// Reply slots that a replica would not start without; nil if replies or log were left out.
    var repliesLost: [Int]?
    /// Whether a reply is of a later op than the log's head.
    var hasReplyAhead = false
    /// Whether a replica can count on from the numbers in the file.
    var hasNumbersLeft = true
    /// Whether the grid was read to its end, if it was asked for.
    var isGridWhole = false
    /// A block that a replica stops at when it needs it.
    var stopsAt: UInt64?
    var grid: GridSummary?
  }

  /// What the replica decides, by its own steps in its own order.
  func start(_ decision: SuperblockDecision, _ judged: Judged, _ ground: GridGround?) -> Verdict.Start {
    if let mark { return .refuses(reason: OpeningRefusal.repairInProgress(mark).name) }
    let superblock: Superblock
    switch decision.outcome {
    case .failure(let refusal): return .refuses(reason: OpeningRefusal.superblock(refusal).name)
    case .success(let chosen): superblock = chosen
    }
    do throws(OpeningRefusal) {
      try Opening.admit(superblock, byteCount: byteCount, directAlignment: alignment)
    } catch {
      if case .otherMembers = error { return .abstains }
      return .refuses(reason: error.name)
    }
    if let fault = ground?.parts.faults.first { return .refuses(reason: OpeningRefusal.checkpoint(fault).name) }
    guard let journal = judged.journal else { return .notJudged }
    guard judged.isLogWhole else { return .notJudged }
    guard journal.serves else { return .refuses(reason: OpeningRefusal.journal(journal).name) }
    guard !judged.hasReplyAhead else { return .refuses(reason: FindingKind.replyAhead.name) }
    guard let lost = judged.repliesLost else { return .notJudged }
    guard lost.isEmpty else { return .refuses(reason: OpeningRefusal.repliesLost(slots: lost).name) }
    guard judged.hasNumbersLeft else { return .refuses(reason: NumberFindings.reason) }
    if let address = judged.stopsAt { return .servesUntilDamage(block: address) }
    guard judged.isGridWhole else { return .notJudged }
    let healed = journal.slots.contains { $0.disposition == .fixed || $0.disposition == .vacated }
    return healed || !decision.repairs.isEmpty ? .servesAfterRepair : .serves
  }
}
