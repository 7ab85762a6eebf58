import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Every check comes out on the image as on the file.
@Suite struct ImageVerdictTests {
  @Test func ofEachScenario() throws {
    let sample = try SampleFile()
    for scenario in Scenario.all {
      let file = SampleFile(copying: sample)
      scenario.damage(file)
      try ImageOf.expectSame(file.storage, scenario.name, file.options)
    }
  }

  @Test func ofEveryKindOfBlockDamagedInEveryWay() throws {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    let map = try GridMap(run.storage)
    try ImageOf.expectSame(run.storage, "sound")
    for role in GridMap.Role.allCases {
      let blocks = map.blocks(role)
      let range = map.range(blocks[blocks.count / 2])
      let other = map.range(blocks[0])
      let damages: [(String, (MemoryStorage) -> Void)] = [
        ("flip", { $0.flipBit(at: 8 * (range.lowerBound + 700)) }),
        ("flip in the header", { $0.flipBit(at: 8 * (range.lowerBound + 66)) }),
        ("flip in the size", { $0.flipBit(at: 8 * (range.lowerBound + 82)) }),
        ("flip of the kind", { $0.flipBit(at: 8 * (range.lowerBound + 88)) }),
        ("zero", { $0.zero(range) }),
        ("half", { $0.zero(range.lowerBound + 8192..<range.upperBound) }),
        (
          "garbage",
          { storage in
            var generator = SplitMix64(seed: 5)
            storage.garbage(range, using: &generator)
          }
        ),
        ("another block", { $0.copy(other, to: range.lowerBound) }),
        ("unreadable", { $0.failReads(range.lowerBound + 4096..<range.lowerBound + 4608) }),
      ]
      for (name, damage) in damages {
        let storage = run.storage.snapshot()
        damage(storage)
        try ImageOf.expectSame(storage, "\(role): \(name)")
      }
    }
  }

  /// Checks that need keys: their order, and that they lie between those of the node above.
  @Test func ofNodesWhoseKeysAreWrong() throws {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    let map = try GridMap(run.storage)
    for role in [GridMap.Role.leaf, .inner] {
      for address in map.blocks(role) {
        let file = ForgedFile(run.storage, map)
        var isChanged = false
        try file.forge(address) { _, block in
          let node = TreeNodeView(validated: block.bytes)
          guard node.count > 1 else { return }
          let last = node.start(of: node.count - 1) + TreeNode.EntryLayout.byteCount
          isChanged = true
          var bytes = block.mutableBytes
          bytes.store(UInt8(1), toByteOffset: last)
        }
        guard isChanged else { continue }
        let found = Verification.run(file.storage)
        #expect(found.findings.map(\.kind) == [.blockInconsistent])
        try ImageOf.expectSame(file.storage, "the last key of \(role) \(address) is the least")
      }
    }
    let leaves = map.blocks(.leaf)
    let file = ForgedFile(run.storage, map)
    let other = try map.bytes(leaves[0])
    try file.forge(leaves[leaves.count - 1]) { header, block in
      header.size = BlockSize.of(other)
      let contents = BlockHeader.byteCount..<other.byteCount
      block.copy(from: other, range: contents, at: BlockHeader.byteCount)
    }
    let found = Verification.run(file.storage)
    #expect(found.findings.contains { $0.actual == .text(Invariant.treeNodeBounds.name) }, "\(found.findings)")
    try ImageOf.expectSame(file.storage, "keys outside their bounds")
  }

  /// What the file alone makes right: the header of an entry or of a reply that something else names, before a body that is whole.
  @Test func ofHeadersThatTheFileAloneRebuilds() throws {
    let log = try RecoverGround(seed: 2, more: 20, stop: false)
    let replies = try RecoverGround(seed: 5, checkpoints: 2, more: 1, stop: true)
    let geometry = GridRun.geometry
    let prepares = (log.map.superblock.checkpoint.op + 1...log.head).map {
      geometry.prepareOffset(slot: geometry.slot(of: $0))
    }
    let slots = (0..<Int(geometry.sessions)).map { geometry.replyOffset(slot: $0) }
    for (storage, places) in [(log.storage, prepares), (replies.storage, slots)] {
      var rebuildable = 0
      for start in places {
        // The header alone, and with its body.
        for bytes in [[100], [100, 256]] as [[UInt64]] {
          let damaged = storage.snapshot()
          for byte in bytes { damaged.flipBit(at: 8 * (start + byte)) }
          let file = Verification.run(damaged)
          let image = Verification.run(try ImageOf(damaged).storage())
          let name = "bytes \(bytes) of \(start)"
          ImageOf.expectSame(file, image, name)
          #expect(image.verdict.exitCode == file.verdict.exitCode, "\(name)")
          func mended(_ report: VerificationReport) -> Set<String> {
            Set(report.findings.filter(\.isRebuildable).map(\.place))
          }
          #expect(mended(image) == mended(file), "\(name)")
          if file.verdict.exitCode == .repairable { rebuildable += 1 }
        }
      }
      #expect(rebuildable > 0)
    }
  }

  /// Images of different files side by side, and files beside images: none gets another's answers.
  @Test func ofFilesReadSideBySide() throws {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    let map = try GridMap(run.storage)
    let leaf = map.blocks(.leaf)[2]
    let forged = ForgedFile(run.storage, map)
    let above = try #require(map.referrers[leaf])
    // The node above says that the leaf's keys are others: the leaf is the same block, and lies outside.
    try forged.forge(above) { _, block in
      let node = TreeNodeView(validated: block.bytes)
      for index in 1..<node.count where node.child(index).address == leaf || node.child(index - 1).address == leaf {
        let last = node.payloadStart(index) - 1
        var bytes = block.mutableBytes
        bytes.store(
          bytes.bytes.load(fromByteOffset: last, as: UInt8.self) == 0x39 ? UInt8(0x2F) : 0x3A, toByteOffset: last)
      }
    }
    let bad = Verification.run(forged.storage)
    let damaged = run.storage.snapshot()
    for slot in 0..<Int(GridRun.geometry.slotCount) {
      damaged.flipBit(at: 8 * (GridRun.geometry.prepareOffset(slot: slot) + 300))
    }
    let damagedReport = Verification.run(damaged)
    let images = [
      try ImageOf(run.storage).storage(), try ImageOf(forged.storage).storage(), try ImageOf(damaged).storage(),
    ]
    let good = Verification.run(run.storage)
    for _ in 0..<2 {
      for (image, report) in zip(images, [good, bad, damagedReport]) {
        ImageOf.expectSame(report, Verification.run(image), "side by side")
      }
      ImageOf.expectSame(good, Verification.run(run.storage), "the file beside its image")
      ImageOf.expectSame(bad, Verification.run(forged.storage), "another file beside the image")
    }
  }

  /// The second look of a replica: what an operator sees of superblocks and log.
  @Test func ofInspections() throws {
    let sample = try SampleFile()
    for scenario in Scenario.all {
      let file = SampleFile(copying: sample)
      scenario.damage(file)
      let image = try ImageOf(file.storage).storage()
      let (one, other) = (SuperblockInspection.read(file.storage), SuperblockInspection.read(image))
      #expect(one.findings == other.findings, "\(scenario.name)")
      #expect(one.places.map(\.state) == other.places.map(\.state), "\(scenario.name)")
      #expect(one.places.map(\.reason) == other.places.map(\.reason), "\(scenario.name)")
      for depth in [LogInspection.Depth.headers, .bodies] {
        let log = Result { () throws(LogInspection.Refusal) in try LogInspection.read(file.storage, depth: depth) }
        let copy = Result { () throws(LogInspection.Refusal) in try LogInspection.read(image, depth: depth) }
        switch (log, copy) {
        case (.success(let log), .success(let copy)):
          ImageOf.expectSame(log.findings, copy.findings, scenario.name)
          #expect(log.decision.slots == copy.decision.slots, "\(scenario.name)")
        case (.failure(let one), .failure(let other)): #expect(one == other, "\(scenario.name)")
        default: Issue.record("\(scenario.name): \(log) and \(copy)")
        }
      }
    }
  }
}

/// What a block's header says of its size.
enum BlockSize {
  static func of(_ block: IOBuffer) -> UInt32 { block.bytes.load(BlockHeader.Layout.size) }
}
