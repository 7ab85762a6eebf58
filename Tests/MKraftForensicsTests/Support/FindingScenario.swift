import MKraftForensics
import MKraftFormat
import MKraftStorage

/// What makes findings: the registry of which every kind of the catalogue must have a row. Each is a real file, damaged, and
/// goes through the real verification.
struct FindingScenario {
  let name: String
  /// All kinds that are found, and no other.
  let kinds: Set<FindingKind>
  /// What may be found beside them.
  var others: Set<FindingKind> = []
  let verify: () throws -> VerificationReport

  static func all() throws -> [FindingScenario] {
    let sample = try SampleFile()
    let ofTheLog = Scenario.all.map { scenario in
      FindingScenario(name: scenario.name, kinds: scenario.kinds) {
        let file = SampleFile(copying: sample)
        scenario.damage(file)
        return file.verify()
      }
    }
    return try ofTheLog + ofTheWhole + ofTheGrid() + ofReplies() + [overwrittenBlock(), replacedValue()]
  }

  private static var ofTheWhole: [FindingScenario] {
    [
      FindingScenario(name: "a member of three", kinds: [.otherMembers]) { try SampleFile(replicaCount: 3).verify() },
      FindingScenario(name: "a read that fails once", kinds: [.readUnsteady]) {
        let file = try SampleFile()
        let start = file.geometry.prepareOffset(slot: 5)
        return Verification.run(FlakyStorage(file.storage, failingOnce: [start..<start + 4096]))
      },
      FindingScenario(name: "a limit below what there is to read", kinds: [.verificationIncomplete]) {
        var options = Verification.Options()
        options.budget = ScanBudget(ScanLimits(byteCount: 1 << 20))
        return Verification.run(try SampleFile().storage, options)
      },
      FindingScenario(name: "a term that nothing can follow", kinds: [.numbersExhausted]) {
        let file = try SampleFile()
        file.update { $0.term = PrepareHeader.numberLimit - 2 }
        return file.verify()
      },
      FindingScenario(name: "a restless file with a broken entry", kinds: [.liveFile, .fileChanging]) {
        let file = try SampleFile()
        file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
        var options = Verification.Options()
        options.isLive = true
        return Verification.run(RestlessStorage(file), options)
      },
    ]
  }

  // MARK: The grid

  private static func ofTheGrid() throws -> [FindingScenario] {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    let map = try GridMap(run.storage)
    func damaged(
      _ name: String, _ kinds: Set<FindingKind>, _ damage: @escaping (MemoryStorage) throws -> Void
    ) -> FindingScenario {
      FindingScenario(name: name, kinds: kinds) {
        let storage = run.storage.snapshot()
        try damage(storage)
        return Verification.run(storage)
      }
    }
    func forged(
      _ name: String, _ kinds: Set<FindingKind>, _ forge: @escaping (ForgedFile) throws -> Void
    ) -> FindingScenario {
      FindingScenario(name: name, kinds: kinds) {
        let file = ForgedFile(run.storage, map)
        try forge(file)
        return Verification.run(file.storage)
      }
    }
    let (leaves, released) = (map.blocks(.leaf), map.blocks(.released))
    return [
      damaged("a flip in the sessions", [.checkpointDamaged]) {
        $0.flipBit(at: 8 * (map.range(map.blocks(.sessions)[0]).lowerBound + 290))
      },
      damaged("a flip in a leaf", [.blockCorrupt]) { $0.flipBit(at: 8 * (map.range(leaves[2]).lowerBound + 300)) },
      damaged("a leaf over another", [.blockUnexpected]) {
        $0.copy(map.range(leaves[1]), to: map.range(leaves[2]).lowerBound)
      },
      damaged("a node and a leaf below it", [.blockCorrupt, .blockUnknown]) {
        guard let node = map.referrers[leaves[3]] else { preconditionFailure("a leaf of a tall tree has a node") }
        $0.zero(map.range(leaves[3]))
        $0.zero(map.range(node))
      },
      damaged("garbage in a dropped block", [.blockUnusedDamaged]) {
        var generator = SplitMix64(seed: 1)
        $0.garbage(map.range(released[0]), using: &generator)
      },
      forged("a session without a client", [.checkpointInconsistent]) { file in
        try file.forge(map.blocks(.sessions)[0]) { _, block in
          var bytes = block.mutableBytes
          bytes.store(0, SessionRecord.Layout.client, base: BlockChain.payloadOffset)
        }
      },
      forged("a leaf of no interval", [.blockInconsistent]) { file in
        try file.forge(leaves[2]) { header, _ in header.birth = 0 }
      },
      forged("a reference to a dropped block", [.treeInconsistent]) { file in
        try file.forge(map.blocks(.inner).last ?? 0) { _, block in
          let node = TreeNodeView(validated: block.bytes)
          let at = node.payloadStart(0)
          var reference = node.child(0)
          reference.address = released[0]
          var bytes = block.mutableBytes
          reference.encode(into: &bytes, at: at)
        }
      },
      forged("a pair too many counted", [.treeMiscounted]) { file in file.forgeCheckpoint { $0.pairCount += 1 } },
    ]
  }

  /// A value that an entry above the checkpoint removes.
  private static func replacedValue() throws -> FindingScenario {
    let run = try GridRun()
    try run.run(checkpoints: 6)
    let map = try GridMap(run.storage)
    let value = map.blocks(.value)[0]
    guard let leaf = map.referrers[value] else { preconditionFailure("a leaf refers to the value") }
    let block = try map.bytes(leaf)
    let node = TreeNodeView(validated: block.bytes)
    let index = (0..<node.count).first { node.form($0) == .blocks && node.valueBlock($0, 0).address == value } ?? 0
    try run.delete([UInt8](copying: node.key(index)))
    return FindingScenario(name: "a flip in a value that the log removes", kinds: [.blockReplacedDamaged]) {
      let storage = run.storage.snapshot()
      storage.flipBit(at: 8 * (map.range(value).lowerBound + 300))
      return Verification.run(storage)
    }
  }

  /// Beyond the headroom the blocks that the checkpoint has dropped are free, and may be half overwritten.
  private static func overwrittenBlock() throws -> FindingScenario {
    let run = try GridRun()
    try run.run(checkpoints: 4, more: Int(GridRun.geometry.headroom) + 4)
    let map = try GridMap(run.storage)
    return FindingScenario(name: "a dropped block half overwritten", kinds: [.blockLeftover]) {
      let storage = run.storage.snapshot()
      var generator = SplitMix64(seed: 1)
      storage.garbage(map.range(map.blocks(.released)[0]), using: &generator)
      return Verification.run(storage)
    }
  }

  // MARK: Replies

  private static func ofReplies() throws -> [FindingScenario] {
    let run = try GridRun()
    try run.run(checkpoints: 4)
    run.stop()
    return [
      FindingScenario(
        name: "superblock and log put back from an older state", kinds: [.replyAhead],
        others: [.replyLost, .blockLeftover]
      ) {
        Verification.run(try RolledBackLog().storage)
      },
      FindingScenario(name: "a flip in a reply that the checkpoint needs", kinds: [.replyLost]) {
        let storage = run.storage.snapshot()
        storage.flipBit(at: 8 * (GridRun.geometry.replyOffset(slot: 1) + 60))
        return Verification.run(storage)
      },
      FindingScenario(
        name: "a power cut while a checkpoint writes its replies", kinds: [.replyTorn],
        others: [.walHeaderBehind, .walTailTorn, .walTailLeftover, .blockLeftover]
      ) {
        try powerCut()
      },
    ]
  }

  /// The first cut of a row of runs that leaves a torn reply.
  private static func powerCut() throws -> VerificationReport {
    for seed in UInt64(0)..<200 {
      var generator = SplitMix64(seed: seed)
      let run = try GridRun(seed: seed)
      let report = Verification.run(try run.runUntilCut(steps: Int.random(in: 0..<1200, using: &generator)))
      if report.counts.contains(where: { $0.kind == .replyTorn }) { return report }
    }
    preconditionFailure("some cut leaves a torn reply")
  }
}
