import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Compares what a recovery says, and the file it makes, with what was acknowledged.
struct RecoverJudge {
  let ground: RecoverGround
  /// The files that the recovery was given.
  let files: [MemoryStorage]
  let name: String

  func judge(_ planning: RecoverPlanning) throws {
    let plan = planning.plan
    #expect(plan.head.op <= ground.head, "\(name): no op beyond those that were written")
    if plan.head.op > plan.checkpointOp {
      #expect(plan.head.checksum == ground.entries[plan.head.op]?.checksum, "\(name): the entry that was written")
    }
    try judgeLosses(plan)
    if !plan.losses.isEmpty {
      #expect(throws: RecoverUnaccepted.self, "\(name)") { try planning.fork(accepting: []) }
      #expect(planning.exitCode == .restorable || planning.exitCode == .lost, "\(name)")
    }
    try judgeFile(try RecoverRig.build(planning), plan)
  }

  /// What is acknowledged is there or named as lost; what is named as lost cannot be read or depends on what cannot.
  private func judgeLosses(_ plan: RecoverPlan) throws {
    let lost = plan.lostOps
    let dropped = plan.losses.lazy.compactMap { loss -> ClosedRange<UInt64>? in
      if case .ops(let ops, let cause) = loss, cause != .unconnected { ops } else { nil }
    }.first
    if plan.head.op < ground.acknowledged {
      #expect(dropped?.lowerBound == plan.head.op + 1, "\(name): \(plan.losses), head \(plan.head.op)")
      #expect(lost?.upperBound ?? 0 >= ground.acknowledged, "\(name): \(plan.losses)")
    }
    for loss in plan.losses {
      guard case .ops(let ops, let cause) = loss else { continue }
      for op in ops where cause != .undecidable && cause != .unconnected {
        #expect(op <= ground.head, "\(name): op \(op) is lost, and was never written")
        guard let entry = ground.entries[op] else { continue }
        let isThere = files.contains { RecoverGround.holds($0, entry) }
        #expect(isThere == (cause == .stranded), "\(name): op \(op) \(cause)")
      }
    }
    // Entries are dropped only because the one below them is not there.
    if let first = dropped?.lowerBound, let entry = ground.entries[first], first <= ground.acknowledged,
      plan.head.op > 0 || first == 1
    {
      #expect(!files.contains { RecoverGround.holds($0, entry) }, "\(name): op \(first) is given up, and is there")
    }
  }

  private func judgeFile(_ file: MemoryStorage, _ plan: RecoverPlan) throws {
    let report = Verification.run(file)
    // A value that the log replaces is not carried over if it is damaged.
    let isSound = report.findings.allSatisfy { $0.exitCode == .sound || $0.kind == .blockReplacedDamaged }
    #expect(isSound && report.verdict.exitCode <= .degraded, "\(name): \(report.findings)")
    guard let superblock = report.superblock else {
      Issue.record("\(name): no superblock")
      return
    }
    #expect(superblock.cluster == (plan.losses.isEmpty ? GridRun.cluster : RecoverRig.identity.newCluster), "\(name)")
    #expect(superblock.fileID == RecoverRig.identity.fileID && superblock.lineage == 7, "\(name)")
    #expect(superblock.term > ground.map.superblock.term, "\(name)")
    let replica = try AskedReplica(on: file)
    guard replica.isReady else {
      Issue.record("\(name): \(String(describing: replica.shell.halt))")
      return
    }
    let moment = ground.moment(at: plan.head.op)
    try judgeSessions(replica, moment, plan)
    let pairs = try replica.pairs().filter { $0.key != [3] }
    #expect(pairs == moment.pairs, "\(name): the state after op \(plan.head.op)")
    #expect(try replica.reachesNextCheckpoint(), "\(name): \(String(describing: replica.shell.halt))")
  }

  /// In its own cluster a request repeated is answered as before; in a new one a session goes on. A closed one is unknown.
  private func judgeSessions(_ replica: AskedReplica, _ moment: RecoverGround.Moment, _ plan: RecoverPlan) throws {
    let closed = Set(plan.losses.compactMap { if case .reply(_, let op?) = $0 { op } else { nil } })
    for answer in moment.answers.values {
      let isClosed = closed.contains(answer.op)
      if plan.losses.isEmpty {
        let again = replica.again(answer)
        let isSame = again?.header.command == .reply && again?.body == answer.reply
        #expect(isSame, "\(name): client \(answer.header.client)")
      } else {
        let next = try replica.next(after: answer)
        #expect((next?.header.command == .reply) == !isClosed, "\(name): client \(answer.header.client)")
      }
    }
  }
}
