import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// How the grid is read: in windows, apart from the rest, beyond its end.
@Suite struct GridScanTests {
  /// Garbage in some blocks in use, never the checkpoint's own: as many windows as there are, and the reader that follows
  /// references depth first, find the same.
  @Test func windowsAndTheAuditAgree() throws {
    let run = try GridRun.stopped()
    let map = try GridMap(run.storage)
    let blocks = (map.blocks(.inner) + map.blocks(.leaf) + map.blocks(.value)).sorted()
    var windows = Verification.Options()
    windows.leafByteCountMax = 6000
    for seed in UInt64(0)..<40 {
      var generator = SplitMix64(seed: seed)
      let storage = run.storage.snapshot()
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        guard let address = blocks.randomElement(using: &generator) else { continue }
        let range = map.range(address)
        storage.garbage(range.lowerBound..<range.lowerBound + 2048, using: &generator)
      }
      let whole = Verification.run(storage)
      let parts = Verification.run(storage, windows)
      #expect(whole.findings == parts.findings && whole.bytes == parts.bytes, "seed \(seed)")
      let contents = try CheckpointReader(storage, map.superblock).read()
      let audit = CheckpointAudit.run(storage, map.superblock, contents)
      let kinds: [FindingKind] = [.blockCorrupt, .blockReplacedDamaged]
      let corrupt = whole.findings.filter { kinds.contains($0.kind) }.compactMap(\.block)
      #expect(
        Set(corrupt) == Set(audit.faults.map(\.address)) && whole.findings.allSatisfy { $0.block != nil },
        "seed \(seed)")
    }
  }

  @Test func theSetsAreReadWhateverIsAskedFor() throws {
    let run = try GridRun.stopped()
    let map = try GridMap(run.storage)
    for role in [GridMap.Role.acquiredSet, .releasedSet, .sessions] {
      let storage = run.storage.snapshot()
      storage.flipBit(at: 8 * (map.range(map.blocks(role)[0]).lowerBound + 290))
      for name in VerificationScope.allNames {
        var options = Verification.Options()
        options.scope = try #require(VerificationScope(name: name))
        let report = Verification.run(storage, options)
        #expect(report.counts.map(\.kind) == [.checkpointDamaged], "\(role), \(name): \(report.findings)")
        #expect(
          report.verdict.start == .refuses(reason: "checkpoint-damaged") && report.verdict.exitCode == .restorable)
        #expect(report.bytes.total == storage.byteCount, "\(role), \(name)")
      }
    }
  }

  /// Whole blocks are what the grid will grow into.
  @Test func lengthsBeyondTheGrid() throws {
    let run = try GridRun.stopped()
    let geometry = GridRun.geometry
    let size = try GridMap(run.storage).superblock.checkpoint.storageSize
    let lengths: [(UInt64, FindingKind?)] = [
      (size, nil), (size + 16384, nil), (size + 100, .fileOverLong), (size + 16384 + 512, .fileOverLong),
      (geometry.fileSize(blockCount: geometry.gridBlocksMax), nil),
      (geometry.fileSize(blockCount: geometry.gridBlocksMax + 1), .fileOverLong),
    ]
    for (length, kind) in lengths {
      let storage = run.storage.snapshot()
      storage.truncate(to: length)
      let report = Verification.run(storage)
      #expect(report.counts.map(\.kind) == [kind].compactMap { $0 }, "\(length)")
      #expect(report.bytes.total == length && report.verdict.start == .serves, "\(length)")
      #expect(try ReplicaOutcome(on: storage, pairs: run.pairs) == .serves, "\(length)")
    }
  }

  @Test func cutInsideTheGrid() throws {
    let run = try GridRun.stopped()
    let map = try GridMap(run.storage)
    let last = try #require(map.roles.keys.max())
    let storage = run.storage.snapshot()
    storage.truncate(to: map.range(last).lowerBound + 100)
    let report = Verification.run(storage)
    #expect(report.verdict.start == .refuses(reason: "file-truncated"))
    #expect(report.counts.contains { $0.kind == .fileTruncated } && report.findings.contains { $0.block == last })
    #expect(report.bytes.total == storage.byteCount)
  }

  /// A node and a leaf below it: nothing tells what the leaf was.
  @Test func namesWhatNothingRefersTo() throws {
    let run = try GridRun.stopped()
    let map = try GridMap(run.storage)
    let leaf = map.blocks(.leaf)[3]
    let node = try #require(map.referrers[leaf])
    let storage = run.storage.snapshot()
    storage.zero(map.range(leaf))
    storage.zero(map.range(node))
    let report = Verification.run(storage)
    #expect(report.findings.map(\.kind) == [.blockUnknown, .blockCorrupt], "\(report.findings)")
    #expect(report.findings.map(\.block) == [leaf, node] && report.verdict.exitCode == .lost)
    #expect(try ReplicaOutcome(on: storage, pairs: run.pairs) == .stops(at: node))
  }
}
