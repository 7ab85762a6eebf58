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
}
