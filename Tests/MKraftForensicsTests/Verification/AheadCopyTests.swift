import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// A superblock copy that is one update ahead of the others: how a crash looks, and how a file looks that was put back but for that
/// copy. What had been committed before the update tells them apart (rule R9).
struct AheadCopyTests {
  private let geometry = GridRun.geometry

  private func homeRange(_ copy: Int) -> Range<UInt64> {
    let start = geometry.offset(of: .superblock(copy))
    return start..<start + UInt64(Superblock.byteCount)
  }

  /// A file before an update of its superblock, and after it.
  private func ground() throws -> (older: MemoryStorage, newer: MemoryStorage, run: GridRun) {
    let run = try GridRun()
    try run.run(checkpoints: 2, more: 3)
    let older = run.storage.snapshot()
    try run.run(checkpoints: 3)
    return (older, run.storage.snapshot(), run)
  }

  @Test(arguments: 0..<4) func aFilePutBackButForOneCopyIsRefused(_ copy: Int) throws {
    let (file, newer, run) = try ground()
    file.replace(at: homeRange(copy).lowerBound, with: try GridMap.bytes(newer, homeRange(copy)))
    let opening = SuperblockDecision(SuperblockSurvey.read(file))
    #expect(opening.states[copy] == .unacknowledged && opening.provenOp >= run.checkpointOp)

    let report = Verification.run(file)
    #expect(report.verdict.exitCode == .lost, "\(report.findings)")
    #expect(report.verdict.start == .refuses(reason: "wal-damaged"))
    #expect(report.journal?.provenOp == opening.provenOp)
    #expect(try ReplicaOutcome(on: file, pairs: [:]) == .refuses("wal-damaged"))

    // The copy is all that shows it: no repair writes over it.
    let planning = try RepairRig.plan(file)
    #expect(planning.plan.actions.allSatisfy { $0.copy != copy } && planning.plan.after == .lost)
    #expect(planning.declined.contains { $0.finding.copy == copy })

    // Recovery names the same ops.
    let recovery = try RecoverRig.plan([file])
    #expect(recovery.plan.provenOp == opening.provenOp && recovery.exitCode == .lost)

    // It counts also where it does not belong.
    let elsewhere = (copy + 1) % 4
    let (misdirected, _, _) = try ground()
    misdirected.replace(at: homeRange(elsewhere).lowerBound, with: try GridMap.bytes(newer, homeRange(copy)))
    let other = SuperblockDecision(SuperblockSurvey.read(misdirected))
    #expect(other.states[elsewhere] == .misdirected && other.provenOp == opening.provenOp)
    #expect(Verification.run(misdirected).verdict.start == .refuses(reason: "wal-damaged"))
  }

  /// The same copy beside the log that it speaks of is the beginning of an update, and costs nothing.
  @Test(arguments: 0..<4) func theBeginningOfAnUpdateIsNone(_ copy: Int) throws {
    let (older, file, run) = try ground()
    run.stop()
    for other in 0..<4 where other != copy {
      file.replace(at: homeRange(other).lowerBound, with: try GridMap.bytes(older, homeRange(other)))
    }
    let report = Verification.run(file)
    #expect(report.superblockDecision.states[copy] == .unacknowledged)
    #expect(report.verdict.exitCode == .degraded && report.verdict.start == .servesAfterRepair, "\(report.findings)")
    #expect(try ReplicaOutcome(on: file, pairs: run.pairs) == .serves)
    #expect(try RepairRig.plan(file).plan.actions.contains { $0.method == .superblockFromQuorum && $0.copy == copy })
  }
}
