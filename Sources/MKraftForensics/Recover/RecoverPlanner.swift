internal import MKraftFormat
public import MKraftOutput
internal import MKraftStorage

/// A plan, with the file that it leads to.
public struct RecoverPlanning: Sendable {
  public let plan: RecoverPlan
  private let fork: Fork
  /// Newer checkpoints that cannot be gone on from.
  public let rejected: [RecoverRefusal.RejectedCheckpoint]
  /// Whether the first file has all that the new one would have: checkpoint, log, and a superblock that allows both.
  public let lacksNothing: Bool

  init(_ plan: RecoverPlan, _ fork: Fork, _ rejected: [RecoverRefusal.RejectedCheckpoint], lacksNothing: Bool) {
    self.plan = plan
    self.fork = fork
    self.rejected = rejected
    self.lacksNothing = lacksNothing
  }

  /// The new file to be, for whoever has typed exactly what it will not have.
  /// - Throws: if anything is lost that was not accepted, or accepted that is not lost.
  public func fork(accepting typed: [String]) throws(RecoverUnaccepted) -> Fork {
    let wanted = plan.acceptances
    guard Set(typed) == Set(wanted) else {
      throw RecoverUnaccepted(
        missing: wanted.filter { !typed.contains($0) }, wrong: typed.filter { !wanted.contains($0) })
    }
    return fork
  }

  /// The verdict on what the plan would leave, as long as nobody has accepted a loss.
  public var exitCode: ExitCode {
    guard !plan.losses.isEmpty else { return .sound }
    let isLive = plan.sources[0].isLive
    let isRestorable = plan.losses.allSatisfy { loss in
      guard case .ops(_, let cause) = loss else { return true }
      return cause == .missing || cause == .stranded || cause == .unseen && isLive
    }
    return isRestorable ? .restorable : .lost
  }
}

/// Plans what can be made of a damaged file and older copies of it: the newest checkpoint that is whole, with blocks from any file
/// that has them, and after it every entry that proves itself by the chain. It writes nothing.
///
/// Rules V1 to V11 of the recovery theory with one replica, whose quorums are itself: what a header or a superblock proves was
/// committed (V1); the chain of entries that are there is kept, also those that were never acknowledged (V4); a log that cannot be
/// gone on with at an op is gone on with nowhere above it (V5, V9); a slot of which nothing can be told is named and left to a human
/// (V8); two committed entries of one op are refused (V11).
public struct RecoverPlanner {
  private let sources: [RecoverSource]
  private let identity: RecoverIdentity
  private let log: RecoverLog
  private let progress: (UInt64) -> Void

  /// - Parameters:
  ///   - sources: the damaged file first.
  ///   - progress: called with the bytes verified.
  public static func plan(
    _ sources: [RecoverSource], as identity: RecoverIdentity, progress: (UInt64) -> Void = { _ in }
  ) throws(RecoverRefusal) -> RecoverPlanning {
    precondition(!sources.isEmpty, "there is a file to recover")
    guard let model = sources.lazy.compactMap(\.superblock).first else { throw refusalWithoutSuperblock(sources) }
    for source in sources { try admit(source, like: model) }
    for source in sources.dropFirst() { try checkOlderCopy(source) }
    try checkHistories(sources)
    let isTaken = sources.compactMap(\.superblock).contains {
      $0.fileID == identity.fileID || $0.cluster == identity.newCluster
    }
    guard !isTaken else { throw .identityTaken }
    let log = RecoverLog(sources, model: model)
    if let found = log.divergence {
      throw .diverged(op: found.op, path: sources[found.one].path, other: sources[found.other].path)
    }
    if let later = log.startedLater {
      throw .startedLater(
        path: sources[later].path, term: log.term(of: later), other: sources[0].path, otherTerm: log.term(of: 0))
    }
    return try withoutActuallyEscaping(progress) { progress throws(RecoverRefusal) in
      try RecoverPlanner(sources: sources, identity: identity, log: log, progress: progress).plan(model)
    }
  }

  /// A file whose superblocks are gone can be recovered with an older copy of it; a file that is none of ours cannot.
  private static func refusalWithoutSuperblock(_ sources: [RecoverSource]) -> RecoverRefusal {
    let absences = sources.map(\.absence)
    guard absences.allSatisfy({ $0.kind != .superblockNotFound }) else { return .noSuperblock }
    return .notOurs(path: sources[0].path, finding: absences[0])
  }

  // MARK: Whether the files belong together

  private static func admit(_ source: RecoverSource, like model: Superblock) throws(RecoverRefusal) {
    guard let superblock = source.superblock else { return }
    guard superblock.members.count == 1 else {
      throw .otherMembers(path: source.path, count: superblock.members.count)
    }
    guard superblock.cluster == model.cluster else { throw .otherCluster(path: source.path, superblock.cluster) }
    guard superblock.member == model.member else { throw .otherReplica(path: source.path, superblock.member) }
    let isRelated =
      superblock.fileID == model.fileID || superblock.lineage == model.fileID && model.fileID != 0
      || model.lineage == superblock.fileID
    guard isRelated else { throw .otherFile(path: source.path, superblock.fileID) }
    guard superblock.geometry == model.geometry else { throw .otherGeometry(path: source.path) }
  }

  /// An older copy in which nothing of ours is left gives nothing, and its rings would count as damaged ones that may have held any op.
  /// The first file is what it is: if it was wiped, that is the damage.
  private static func checkOlderCopy(_ source: RecoverSource) throws(RecoverRefusal) {
    // Of the file that is to be recovered a repair may have to be given up; an older copy is left out instead.
    if let log = source.unfinishedRepair { throw .repairInProgress(path: source.path, log: log) }
    guard source.superblock == nil else { return }
    let absence = source.absence
    guard absence.kind == .superblockNotFound else { throw .copyNotOurs(path: source.path, finding: absence) }
  }

  /// Two updates of one file with one number, or two checkpoints of one op: each file was used since it was copied.
  private static func checkHistories(_ sources: [RecoverSource]) throws(RecoverRefusal) {
    for (index, one) in sources.enumerated() {
      for other in sources[..<index] {
        for mine in one.superblocks {
          for theirs in other.superblocks {
            let isSameUpdate = mine.fileID == theirs.fileID && mine.sequence == theirs.sequence
            let isSameState = mine.checkpoint.op == theirs.checkpoint.op
            guard !isSameUpdate || mine.checksum == theirs.checksum,
              !isSameState || mine.checkpoint.id == theirs.checkpoint.id
            else { throw .diverged(op: mine.checkpoint.op, path: one.path, other: other.path) }
          }
        }
      }
    }
  }

  // MARK: The checkpoint

  private struct Candidate {
    let superblock: Superblock
    let source: Int
  }

  /// Every checkpoint that a superblock names, newest first, and the empty state that every file begins with.
  private func candidates(_ model: Superblock) -> [Candidate] {
    var found: [Candidate] = []
    for (index, source) in sources.enumerated() {
      for superblock in source.superblocks {
        let isKnown = found.contains { $0.source == index && $0.superblock.checkpoint.id == superblock.checkpoint.id }
        if !isKnown { found.append(Candidate(superblock: superblock, source: index)) }
      }
    }
    found.sort { ($0.superblock.checkpoint.op, $1.source) > ($1.superblock.checkpoint.op, $0.source) }
    if let last = found.last, last.superblock.checkpoint.op > 0 {
      var superblock = model
      superblock.checkpoint = .genesis(cluster: model.cluster, geometry: model.geometry)
      superblock.checkpoint.release = model.releaseFormat
      superblock.checkpoint.seal()
      found.append(Candidate(superblock: superblock, source: 0))
    }
    return found
  }

  private func plan(_ model: Superblock) throws(RecoverRefusal) -> RecoverPlanning {
    let sequence = sources.flatMap(\.superblocks).map(\.sequence).max() ?? 0
    guard max(log.provenOp, max(sequence, log.termMax)) < PrepareHeader.numberLimit - 2 else {
      throw .numbersExhausted
    }
    let candidates = candidates(model)
    let newest = candidates[0].superblock.checkpoint.op
    var rejected: [RecoverRefusal.RejectedCheckpoint] = []
    for candidate in candidates {
      let checkpoint = candidate.superblock.checkpoint
      let chain = log.chain(from: candidate.superblock)
      let head = chain.last?.header ?? checkpoint.header
      // The empty state alone is nothing that was recovered.
      guard checkpoint.op > 0 || newest == 0 || head.op > 0 else { continue }
      var next = candidate.superblock.forked(
        as: identity.fileID, of: model.fileID, head: head, sequence: sequence + 1, term: log.termMax + 1)
      for entry in chain.suffix(Superblock.suffixLimit) { next.suffix.append(entry.header) }
      next.seal()
      let result = RecoverDraft(next, candidate.source, sources, chain).completed(progress)
      if let fault = result.fault {
        rejected.append(
          RecoverRefusal.RejectedCheckpoint(
            op: checkpoint.op, path: sources[candidate.source].path, finding: fault.kind, place: fault.place))
        continue
      }
      if head.op == model.geometry.lastPreparableOp(after: checkpoint.op), log.child(of: head) != nil {
        throw .logTooLong(checkpoint: checkpoint.op, head: log.provenOp, limit: head.op)
      }
      guard log.leadsOn(candidate.source, checkpoint: LogPosition(checkpoint.header)) else {
        throw .unconnected(
          op: log.witnesses[0].provenOp, path: sources[0].path, other: sources[candidate.source].path,
          checkpoint: checkpoint.op)
      }
      let unconnected = log.firstUnconnected(in: chain, after: checkpoint, of: candidate.source)
      if let first = unconnected, let end = log.ownEnd, head.op >= end {
        let op = max(first, end)
        let source = chain.first { $0.header.op == op }?.source ?? candidate.source
        throw .endedBefore(op: op, path: sources[source].path, other: sources[0].path)
      }
      return finish(candidate, next, chain, result, rejected, unconnected: unconnected)
    }
    throw .noCheckpoint(rejected)
  }

  // MARK: The plan

  private func finish(
    _ candidate: Candidate, _ next: Superblock, _ chain: [RecoverLog.Entry], _ result: RecoverDraft.Result,
    _ rejected: [RecoverRefusal.RejectedCheckpoint], unconnected: UInt64?
  ) -> RecoverPlanning {
    let end = log.end(above: next.cut.op)
    let doubtful = unconnected.map { RecoverLoss.ops($0...next.cut.op, .unconnected) }
    let losses = (doubtful.map { [$0] } ?? []) + lostOps(above: next.cut.op, end) + result.lostReplies
    var described = sources.map { source in
      RecoverPlan.Source(
        path: source.path, byteCount: source.byteCount, fileID: source.superblock?.fileID,
        sequence: source.superblock?.sequence, superblock: source.superblock?.checksum, isLive: source.isLive,
        isRedacted: source.isRedacted, isMarked: source.unfinishedRepair != nil)
    }
    for entry in chain { described[entry.source].entryCount += 1 }
    let plan = RecoverPlan(
      identity: identity, sources: described, base: candidate.source, checkpointOp: next.checkpoint.op,
      checkpointID: next.checkpoint.id, head: next.cut, provenOp: end.reachedOp, term: next.term,
      losses: losses,
      cluster: next.cluster, byteCount: next.checkpoint.storageSize)
    var fork = Fork(next, head: next.cut.op, on: result.storage, cluster: plan.clusterAfter)
    fork.closedSessions = Set(
      losses.compactMap { if case .reply(let slot, _) = $0 { slot } else { nil } })
    fork.replacedBlocks = result.replacedBlocks
    let first = sources[0]
    let lacksNothing =
      first.isCertain && first.superblock?.checkpoint.id == next.checkpoint.id && candidate.source == 0
      && chain.allSatisfy { $0.source == 0 && $0.content == .whole && first.allows($0.header) }
      && !result.isRepaired && losses.isEmpty
    return RecoverPlanning(plan, fork, rejected, lacksNothing: lacksNothing)
  }

  /// What lies above the last entry that is there, in runs of one cause.
  private func lostOps(above head: UInt64, _ end: RecoverLog.End) -> [RecoverLoss] {
    var losses: [RecoverLoss] = []
    func add(_ ops: ClosedRange<UInt64>, _ cause: RecoverLoss.Cause) {
      if case .ops(let before, cause)? = losses.last, before.upperBound + 1 == ops.lowerBound {
        losses[losses.count - 1] = .ops(before.lowerBound...ops.upperBound, cause)
      } else {
        losses.append(.ops(ops, cause))
      }
    }
    var open = head + 1
    for op in log.traces(above: head, upTo: end.reachedOp) {
      if open < op { add(open...op - 1, .unknown) }
      let whole: RecoverLoss.Cause = op == head + 1 ? .contradictory : .stranded
      add(op...op, log.isWhole(op) ? whole : log.isNamed(op) ? .missing : .unknown)
      open = op + 1
    }
    if end.isShown {
      for op in end.undecidable { add(op...op, .undecidable) }
    } else {
      losses.append(.ops(end.reachedOp + 1...RecoverLoss.openEnd, .unseen))
    }
    return losses
  }
}
