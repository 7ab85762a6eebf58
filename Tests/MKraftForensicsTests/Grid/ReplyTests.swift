import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Stored replies: what matters of them, and what the log makes again (rule R21).
@Suite struct ReplyTests {
  private static let geometry = GridRun.geometry

  private func range(_ slot: Int) -> Range<UInt64> {
    let start = Self.geometry.replyOffset(slot: slot)
    return start..<start + UInt64(Self.geometry.messageSize)
  }

  /// Behind a checkpoint only client 0 goes on: slot 0 is made again, slots 1 and 2 are not, slot 3 nobody has.
  private func ground() throws -> (run: GridRun, earlier: MemoryStorage) {
    let run = try GridRun()
    try run.run(checkpoints: 2)
    let earlier = run.storage.snapshot()
    var client = 0
    while run.checkpointOp < 160 {
      try run.write(by: client)
      client = (client + 1) % 3
    }
    for _ in 0..<3 { try run.write(by: 0) }
    run.stop()
    return (run, earlier)
  }

  @Test func whatIsLostAndWhatIsNot() throws {
    let (run, earlier) = try ground()
    #expect(Verification.run(run.storage).findings == [])
    let damages: [(String, (MemoryStorage, Range<UInt64>) throws -> Void)] = [
      ("flip", { storage, range in storage.flipBit(at: 8 * (range.lowerBound + 60)) }),
      ("flip in the body", { storage, range in storage.flipBit(at: 8 * (range.lowerBound + 260)) }),
      ("zero", { storage, range in storage.zero(range) }),
      (
        "garbage",
        { storage, range in
          var generator = SplitMix64(seed: 1)
          storage.garbage(range, using: &generator)
        }
      ),
      (
        "stale",
        { storage, range in
          storage.replace(at: range.lowerBound, with: try GridMap.bytes(earlier, range))
        }
      ),
      (
        "misdirected",
        { storage, range in storage.copy(self.range(range == self.range(1) ? 2 : 1), to: range.lowerBound) }
      ),
      ("unreadable", { storage, range in storage.failReads(range.lowerBound..<range.lowerBound + 512) }),
    ]
    for (name, damage) in damages {
      for slot in 0...3 {
        // Of a slot that nobody has only the header counts.
        if slot == 3 && ["flip in the body", "stale"].contains(name) { continue }
        let storage = run.storage.snapshot()
        try damage(storage, range(slot))
        let report = Verification.run(storage)
        let found = report.findings.filter { $0.kind != .rangeUnreadable }
        let isLost = slot == 1 || slot == 2
        #expect(
          found.map(\.kind) == [isLost ? .replyLost : .replySlotDamaged], "\(name), slot \(slot): \(report.findings)")
        #expect(found.first?.slot == slot && found.first?.zone == .replies, "\(name), slot \(slot)")
        // From a whole body the file makes the header anew.
        let body = range(slot).lowerBound + UInt64(ReplyHeader.byteCount)..<range(slot).upperBound
        let isBodyWhole =
          try name != "unreadable" && RepairRig.bytes(body, of: storage) == RepairRig.bytes(body, of: run.storage)
        let lost: ExitCode = isBodyWhole ? .repairable : .restorable
        #expect(report.verdict.exitCode == (isLost ? lost : .degraded), "\(name), slot \(slot)")
        let outcome = try ReplicaOutcome(on: storage, pairs: run.pairs)
        #expect(outcome == (isLost ? .refuses("reply-lost") : .serves), "\(name), slot \(slot)")
        #expect(report.verdict.start == (isLost ? .refuses(reason: "reply-lost") : .serves), "\(name), slot \(slot)")
        #expect(report.bytes.total == storage.byteCount, "\(name), slot \(slot)")
      }
    }
  }

  /// As format made them: so recovery leaves the slots whose replies the log makes again. A misdirected one is no such slot.
  @Test func aBlankSlotIsDamageOnlyWhereNothingMakesItsReplyAgain() throws {
    let (run, _) = try ground()
    for slot in 0...3 {
      for number in [slot, (slot + 1) % 4] {
        let storage = run.storage.snapshot()
        let blank = IOBuffer(byteCount: ReplyHeader.byteCount)
        var bytes = blank.mutableBytes
        ReplyHeader.reserved(slot: number, cluster: GridRun.cluster).encode(into: &bytes)
        storage.replace(at: range(slot).lowerBound, with: blank)
        let report = Verification.run(storage)
        let isLost = slot == 1 || slot == 2
        let expected: [FindingKind] = isLost ? [.replyLost] : number == slot ? [] : [.replySlotDamaged]
        #expect(report.findings.map(\.kind) == expected, "slot \(slot), blank of \(number): \(report.findings)")
        let outcome = try ReplicaOutcome(on: storage, pairs: run.pairs)
        #expect(outcome == (isLost ? .refuses("reply-lost") : .serves), "slot \(slot), blank of \(number)")
        // The start tells of slots that sessions have.
        guard slot == 0 else { continue }
        let healing = HealingFindings(try Opening.read(storage), on: storage, limit: 10)
        #expect(healing.findings.map(\.kind) == expected, "blank of \(number)")
      }
    }
  }

  /// Without the replies this is a sound file in an older state; with them it is not.
  @Test func aReplyLaterThanTheLogShowsThatTheRestIsOlder() throws {
    for kept in 1...3 {
      let file = try RolledBackLog(withReplies: kept..<3)
      let report = Verification.run(file.storage)
      let ahead = report.findings.filter { $0.kind == .replyAhead }
      #expect(ahead.contains { $0.slot == file.newest.slot && $0.op == file.newest.op }, "\(kept): \(report.findings)")
      #expect(ahead.allSatisfy { $0.slot ?? 3 < kept && $0.op ?? 0 > file.head }, "\(kept): \(report.findings)")
      #expect(report.verdict.exitCode == .lost && report.verdict.start == .refuses(reason: "reply-ahead"), "\(kept)")
      #expect(try ReplicaOutcome(on: file.storage, pairs: file.pairs) == .refuses("reply-ahead"), "\(kept)")
    }
    let older = try RolledBackLog(withReplies: 0..<3)
    #expect(older.newest.op <= older.head)
    #expect(Verification.run(older.storage).verdict.exitCode == .sound)
    #expect(try ReplicaOutcome(on: older.storage, pairs: older.pairs) == .serves)
  }

  /// Without the log nobody knows whether it made them: that is not sound.
  @Test func whatTheLogAloneCanTellIsNotCalledSound() throws {
    let file = try RolledBackLog()
    var options = Verification.Options()
    options.scope = .replies
    let report = Verification.run(file.storage, options)
    #expect(report.verdict.exitCode == .incomplete, "\(report.findings)")
    #expect(report.findings.map(\.kind) == [.verificationIncomplete])
    #expect(Verification.run(file.older, options).verdict.exitCode == .sound)
  }

  /// A slot that no session of the checkpoint has counts as well.
  @Test func aReplyLaterThanTheLogInASlotThatNobodyHas() throws {
    let file = try RolledBackLog(withReplies: 0..<3)
    let newer = try RolledBackLog()
    file.storage.replace(at: range(3).lowerBound, with: try GridMap.bytes(newer.storage, range(newer.newest.slot)))
    let report = Verification.run(file.storage)
    #expect(report.findings.contains { $0.kind == .replyAhead && $0.slot == 3 && $0.op == newer.newest.op })
    #expect(report.verdict.start == .refuses(reason: "reply-ahead"))
    #expect(try ReplicaOutcome(on: file.storage, pairs: file.pairs) == .refuses("reply-ahead"))
  }

  /// What the replica passes over is among what it says when it starts.
  @Test func theStartTellsOfRepliesMadeAgain() throws {
    let (run, _) = try ground()
    run.storage.flipBit(at: 8 * (range(0).lowerBound + 260))
    let healing = HealingFindings(try Opening.read(run.storage), on: run.storage, limit: 10)
    #expect(healing.findings.map(\.kind) == [.replySlotDamaged] && healing.findings.first?.slot == 0)
  }
}
