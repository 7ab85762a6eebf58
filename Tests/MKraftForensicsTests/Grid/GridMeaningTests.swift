import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Right checksums with wrong meaning: named by the invariant that is broken, at the block where a replica meets it.
@Suite struct GridMeaningTests {
  private struct Forgery: Sendable {
    let name: String
    let role: GridMap.Role
    let invariant: Invariant
    let change: @Sendable (inout BlockHeader, IOBuffer) -> Void

    init(
      _ name: String, _ role: GridMap.Role, _ invariant: Invariant,
      _ change: @escaping @Sendable (inout BlockHeader, IOBuffer) -> Void
    ) {
      self.name = name
      self.role = role
      self.invariant = invariant
      self.change = change
    }
  }

  private static func store<T>(_ value: T, _ field: Field<T>, base: Int = 0, _ block: IOBuffer) {
    var bytes = block.mutableBytes
    bytes.store(value, field, base: base)
  }

  private static let ofTheTree: [Forgery] = [
    Forgery("a leaf of no interval", .leaf, .blockBirth) { header, _ in header.birth = 0 },
    Forgery("a leaf of the next interval", .leaf, .blockBirth) { header, _ in header.birth = 7 },
    Forgery("a leaf that calls itself a value", .leaf, .treeNodeShape) { header, _ in header.type = .treeValue },
    Forgery("a leaf of level 1", .leaf, .treeNodeShape) { store(1, TreeNode.Layout.level, $1) },
    Forgery("a leaf without entries", .leaf, .treeNodeShape) { store(0, TreeNode.Layout.count, $1) },
    Forgery("a leaf cut short", .leaf, .treeNodeShape) { header, _ in header.size -= 1 },
    Forgery("an entry of no form", .leaf, .treeNodeEntry) { _, block in
      let start = TreeNodeView(validated: block.bytes).start(of: 0)
      store(9, TreeNode.EntryLayout.form, base: start, block)
    },
    Forgery("keys out of order", .leaf, .treeNodeOrder) { _, block in
      let start = TreeNodeView(validated: block.bytes).start(of: 0) + TreeNode.EntryLayout.byteCount
      var bytes = block.mutableBytes
      bytes.store(UInt8.max, toByteOffset: start)
    },
    Forgery("an inner node of no interval", .inner, .blockBirth) { header, _ in header.birth = 0 },
    Forgery("an inner node that calls itself a leaf", .inner, .treeNodeShape) { header, _ in header.type = .treeLeaf },
    Forgery("an inner node of level 9", .inner, .treeNodeShape) { store(9, TreeNode.Layout.level, $1) },
    Forgery("a value that calls itself a leaf", .value, .blockType) { header, _ in header.type = .treeLeaf },
    Forgery("a value cut short", .value, .treeNodeEntry) { header, _ in header.size -= 1 },
    Forgery("a value of the next interval", .value, .blockBirth) { header, _ in header.birth = 7 },
  ]

  private static let ofTheCheckpoint: [Forgery] = [
    Forgery("sessions that call themselves a set", .sessions, .blockType) { header, _ in header.type = .blockSet },
    Forgery("sessions of an earlier interval", .sessions, .blockBirth) { header, _ in header.birth -= 1 },
    Forgery("sessions cut short", .sessions, .chainShape) { header, _ in header.size -= 1 },
    Forgery("a session without a client", .sessions, .sessionRecord) { _, block in
      store(0, SessionRecord.Layout.client, base: BlockChain.payloadOffset, block)
    },
    Forgery("a session of a later op", .sessions, .sessionRecord) { _, block in
      store(100_000, SessionRecord.Layout.op, base: BlockChain.payloadOffset, block)
    },
    Forgery("a set whose last word is 0", .acquiredSet, .blockSetShape) { header, block in
      block.zero(Int(header.size) - 8..<Int(header.size))
    },
    Forgery("a block that is released and not acquired", .releasedSet, .setsDisjoint) { header, block in
      var bytes = block.mutableBytes
      bytes.store(UInt64.max, toByteOffset: BlockChain.payloadOffset)
      _ = header
    },
  ]

  private func ground() throws -> (GridRun, GridMap) {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    return (run, try GridMap(run.storage))
  }

  @Test func blocksOfTheTree() throws {
    let (run, map) = try ground()
    for forgery in Self.ofTheTree {
      let blocks = map.blocks(forgery.role)
      let address = blocks[blocks.count / 2]
      let file = ForgedFile(run.storage, map)
      try file.forge(address, forgery.change)
      let report = Verification.run(file.storage)
      #expect(report.findings.map(\.kind) == [.blockInconsistent], "\(forgery.name): \(report.findings)")
      #expect(
        report.worst?.block == address && report.worst?.actual == .text(forgery.invariant.name), "\(forgery.name)")
      #expect(report.verdict.start == .servesUntilDamage(block: address), "\(forgery.name)")
      #expect(try ReplicaOutcome(on: file.storage, pairs: run.pairs) == .stops(at: address), "\(forgery.name)")
    }
  }

  @Test func blocksOfTheCheckpoint() throws {
    let (run, map) = try ground()
    for forgery in Self.ofTheCheckpoint {
      let file = ForgedFile(run.storage, map)
      try file.forge(map.blocks(forgery.role)[0], forgery.change)
      let report = Verification.run(file.storage)
      // What contradicts the sets contradicts the tree too.
      let finding = report.findings.first { $0.kind == .checkpointInconsistent }
      #expect(finding?.actual == .text(forgery.invariant.name), "\(forgery.name): \(report.findings)")
      #expect(report.verdict.exitCode == .lost, "\(forgery.name)")
      #expect(report.verdict.start == .refuses(reason: "checkpoint-inconsistent"), "\(forgery.name)")
      #expect(
        try ReplicaOutcome(on: file.storage, pairs: [:]) == .refuses("checkpoint-inconsistent"), "\(forgery.name)")
    }
  }

  /// A leaf that is another one, with its own address: what only the node above can tell.
  @Test func keysOutsideTheirBounds() throws {
    let (run, map) = try ground()
    let leaves = map.blocks(.leaf)
    let file = ForgedFile(run.storage, map)
    let other = try map.bytes(leaves[0])
    let otherHeader = try #require(try map.header(leaves[0]))
    try file.forge(leaves[2]) { header, block in
      header.size = otherHeader.size
      block.copy(from: other, range: BlockHeader.byteCount..<other.byteCount, at: BlockHeader.byteCount)
    }
    let report = Verification.run(file.storage)
    let finding = try #require(report.findings.first { $0.kind == .blockInconsistent })
    #expect(finding.block == leaves[2] && finding.actual == .text(Invariant.treeNodeBounds.name))
    #expect(finding.evidence.contains("refers to it"))
  }

  /// Two references to one value, and one to a block that is free.
  @Test func referencesThatContradictTheSets() throws {
    let (run, map) = try ground()
    let values = map.blocks(.value)
    let free = try #require((1...512).first { map.roles[$0] == nil })
    for target in [values[0], free, map.blocks(.released)[0], map.blocks(.sessions)[0]] {
      let file = ForgedFile(run.storage, map)
      let value = try #require(values.first { map.referrers[$0] != map.referrers[target] })
      let leaf = try #require(map.referrers[value])
      try file.forge(leaf) { _, block in
        let node = TreeNodeView(validated: block.bytes)
        let index = (0..<node.count).first { node.form($0) == .blocks && node.valueBlock($0, 0).address == value }
        guard let index else { preconditionFailure("the leaf refers to it") }
        var reference = node.valueBlock(index, 0)
        let at = node.payloadStart(index)
        reference.address = target
        var bytes = block.mutableBytes
        reference.encode(into: &bytes, at: at)
      }
      let report = Verification.run(file.storage)
      #expect(report.verdict.exitCode == .lost)
      let finding = report.findings.first { $0.kind == .treeInconsistent }
      #expect(finding?.block == target && finding?.actual == .text(Invariant.setsDisjoint.name), "\(report.findings)")
    }
  }

  /// A reference that names another's block by mistake, before the right one or after it: the block is held against both, whichever
  /// thread comes first, for a replica may come either way.
  @Test func blocksThatTwoReferTo() throws {
    let (run, map) = try ground()
    for blocks in [map.blocks(.value), map.blocks(.leaf)] {
      let first = try #require(blocks.first)
      let last = try #require(blocks.last { map.referrers[$0] != map.referrers[first] })
      for (from, to) in [(first, last), (last, first)] {
        let file = ForgedFile(run.storage, map)
        let referrer = try #require(map.referrers[from])
        let checksum = try #require(try map.header(from)).checksum
        try file.forge(referrer) { _, block in
          let at = (0...block.byteCount - BlockReference.byteCount).first {
            let reference = BlockReference(decoding: block.bytes, at: $0)
            return reference.address == from && reference.checksum == checksum
          }
          guard let at else { preconditionFailure("the block refers to it") }
          var reference = BlockReference(decoding: block.bytes, at: at)
          reference.address = to
          var bytes = block.mutableBytes
          reference.encode(into: &bytes, at: at)
        }
        var options = Verification.Options()
        for threads in 1...4 {
          options.threadCount = threads
          let findings = Verification.run(file.storage, options).findings.filter { $0.block == to }
          #expect(Set(findings.map(\.kind)) == [.treeInconsistent, .blockUnexpected], "\(from) as \(to): \(findings)")
        }
      }
    }
  }

  /// A replica serves all keys all the same, until what is counted too high is all that is left.
  @Test func countsThatAreTooHigh() throws {
    let (run, map) = try ground()
    let root = map.superblock.checkpoint.treeRoot.address
    let file = ForgedFile(run.storage, map)
    file.forgeCheckpoint { $0.pairCount += 1 }
    let report = Verification.run(file.storage)
    #expect(report.findings.map(\.kind) == [.treeMiscounted] && report.verdict.exitCode == .lost)
    #expect(report.worst?.actual == .text(Invariant.treeCounts.name) && report.worst?.block == root)
    #expect(report.worst?.evidence.contains("no replica starts on a checkpoint of that state") == true)
    #expect(report.verdict.start == .servesUntilDamage(block: root))
    #expect(try ReplicaOutcome(on: file.storage, pairs: run.pairs) == .serves)
    let emptied = try StartedReplica(on: file.storage, nil, removesAll: true)
    guard case .leavesUnusable(.checkpoint(let fault)) = emptied else {
      Issue.record("\(emptied)")
      return
    }
    #expect(fault.defect == .violates(.treeCounts, address: 0))
  }

  /// Each number by itself, the sum of all blocks as it was: a replica starts and serves, and stops when enough is removed.
  @Test func countsThatAreTooLow() throws {
    let (run, map) = try ground()
    let root = map.superblock.checkpoint.treeRoot.address
    let lower: [(String, (inout CheckpointState) -> Void)] = [
      ("pairs", { $0.pairCount -= 1 }),
      ("pairs, as few as leaves", { $0.pairCount = $0.leafCount }),
      ("leaves", { ($0.leafCount, $0.valueBlockCount) = ($0.leafCount - 1, $0.valueBlockCount + 1) }),
      ("leaves for inner nodes", { ($0.leafCount, $0.innerCount) = ($0.leafCount - 1, $0.innerCount + 1) }),
      ("inner nodes", { ($0.leafCount, $0.innerCount) = ($0.leafCount + 1, $0.innerCount - 1) }),
      ("value blocks", { ($0.leafCount, $0.valueBlockCount) = ($0.leafCount + 1, $0.valueBlockCount - 1) }),
    ]
    for (name, change) in lower {
      let file = ForgedFile(run.storage, map)
      file.forgeCheckpoint(change)
      let report = Verification.run(file.storage)
      #expect(report.verdict.exitCode == .lost, "\(name): \(report.findings)")
      #expect(report.verdict.start == .servesUntilDamage(block: root), "\(name)")
      #expect(report.counts.map(\.kind) == [.treeInconsistent, .treeMiscounted], "\(name): \(report.findings)")
      let emptied = try StartedReplica(on: file.storage, nil, removesAll: true)
      guard case .stops(.blockContents(_, .treeCounts)) = emptied else {
        Issue.record("\(name): \(emptied)")
        continue
      }
    }
    // Right numbers: all can be removed, and another replica starts on what is left.
    guard case .comesUp = try StartedReplica(on: run.storage, nil, removesAll: true) else {
      Issue.record("a sound file is emptied")
      return
    }
  }

  /// Values of more blocks than are counted for all of them: a replica stops at the first one that it meets.
  @Test func fewerValueBlocksThanAValueHas() throws {
    let (run, map) = try ground()
    let root = map.superblock.checkpoint.treeRoot.address
    let file = ForgedFile(run.storage, map)
    file.forgeCheckpoint {
      // The sum of all blocks is compared when a replica starts.
      $0.leafCount += $0.valueBlockCount
      $0.valueBlockCount = 0
    }
    let report = Verification.run(file.storage)
    #expect(report.counts.map(\.kind) == [.treeInconsistent, .treeMiscounted], "\(report.findings)")
    #expect(report.verdict.exitCode == .lost && report.verdict.start == .servesUntilDamage(block: root))
    #expect(report.worst?.block == root && report.worst?.actual == .text(Invariant.treeCounts.name))
    #expect(try ReplicaOutcome(on: file.storage, pairs: run.pairs) == .stops(at: root))
  }

  /// When the sum is right, and the parts are not.
  @Test func blocksThatNothingReaches() throws {
    let (run, map) = try ground()
    let file = ForgedFile(run.storage, map)
    // A released block is taken out of the set: then it must belong to the tree, and does not.
    let released = map.blocks(.released)[0]
    try file.forge(map.blocks(.releasedSet)[0]) { _, block in
      let at = BlockChain.payloadOffset + Int((released - 1) / 64) * 8
      let word: UInt64 = block.bytes.load(fromByteOffset: at)
      var bytes = block.mutableBytes
      bytes.store(word & ~(1 << ((released - 1) % 64)), toByteOffset: at)
    }
    file.forgeCheckpoint { $0.leafCount += 1 }
    let report = Verification.run(file.storage)
    #expect(report.counts.map(\.kind) == [.treeMiscounted] && report.findingCount == 2, "\(report.findings)")
    #expect(report.findings.contains { $0.block == released && $0.actual == .text(Invariant.setsDisjoint.name) })
    #expect(try ReplicaOutcome(on: file.storage, pairs: run.pairs) == .serves)
  }
}
