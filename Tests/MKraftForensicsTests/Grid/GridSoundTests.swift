import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// No false alarm: whatever a power cut leaves is a note at most.
@Suite struct GridSoundTests {
  static let seeds: Range<UInt64> = 0..<100

  /// An update of the superblock that was cut off is the one thing that calls for a repair.
  private static let allowed: Set<FindingKind> = [
    .walHeaderBehind, .walTailTorn, .walTailLeftover, .blockLeftover, .replyTorn, .superblockCopyStale,
    .superblockCopyUnacknowledged, .superblockCopyDamaged,
  ]

  /// 200 files cut at random points of a run over many checkpoints, and once more after the replica has started again.
  @Test func cutFilesAreSound() throws {
    var seen: Set<FindingKind> = []
    var checkpoints: UInt64 = 0
    for seed in Self.seeds {
      var generator = SplitMix64(seed: seed)
      let run = try GridRun(seed: seed)
      for life in 0..<2 {
        let storage = try run.runUntilCut(steps: Int.random(in: 0..<1200, using: &generator))
        let report = Verification.run(storage)
        seen.formUnion(report.counts.map(\.kind))
        #expect(
          Set(report.counts.map(\.kind)).isSubset(of: Self.allowed), "seed \(seed), life \(life): \(report.findings)")
        #expect(report.verdict.exitCode <= .degraded && report.bytes.total == storage.byteCount, "seed \(seed)")
        checkpoints = max(checkpoints, report.grid?.checkpoint ?? 0)
        if life == 0 { try run.resume(on: storage) }
      }
    }
    #expect(checkpoints > 5)
    #expect(seen.isSuperset(of: [.replyTorn, .blockLeftover, .walTailTorn]), "the cuts are of all sorts: \(seen)")
  }

  /// Files that a replica writes to meanwhile, slowly and so fast that checkpoints pass by: no finding beyond notes, or none at
  /// all was concluded.
  @Test(arguments: [0, 1, 3, 12, 60]) func filesInUseAreSound(_ stepsPerRead: Int) throws {
    var incomplete = 0
    var movedOn = 0
    for seed in UInt64(0)..<5 {
      let run = try GridRun(seed: seed)
      try run.run(checkpoints: seed % 4, more: 3)
      let before = run.checkpointOp
      let storage = BusyStorage(run, stepsPerRead: stepsPerRead)
      var options = Verification.Options()
      options.isLive = true
      let report = Verification.run(storage, options)
      let allowed: Set<FindingKind> = [
        .liveFile, .fileChanging, .walTailTorn, .walHeaderBehind, .walTailLeftover, .replyTorn,
      ]
      #expect(Set(report.counts.map(\.kind)).isSubset(of: allowed), "seed \(seed): \(report.findings)")
      if report.verdict.exitCode == .incomplete { incomplete += 1 }
      #expect(report.verdict.exitCode == .sound || report.verdict.exitCode == .incomplete, "seed \(seed)")
      if storage.checkpointOp > before { movedOn += 1 }
    }
    #expect(stepsPerRead < 12 || movedOn > 0, "checkpoints pass by")
    #expect(stepsPerRead > 3 || incomplete == 0, "\(incomplete)")
  }
}
