import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import SystemPackage
import Testing

/// Every kind of block, damaged in every way: found, located exactly, and called what a replica finds out.
@Suite struct GridDamageTests {
  enum Damage: String, CaseIterable {
    case flip, zero, garbage, stale, swap, unreadable
  }

  private struct Ground {
    let storage: MemoryStorage
    let pairs: [[UInt8]: [UInt8]]
    let map: GridMap
    /// The file two checkpoints before.
    let earlier: MemoryStorage
  }

  private func ground(more: Int = 2, stop: Bool = true) throws -> Ground {
    let run = try GridRun()
    try run.run(checkpoints: 4)
    let earlier = run.storage.snapshot()
    try run.run(checkpoints: 6, more: more)
    if stop { run.stop() }
    return Ground(storage: run.storage, pairs: run.pairs, map: try GridMap(run.storage), earlier: earlier)
  }

  @Test func theGroundIsSoundAndHasAllSortsOfBlocks() throws {
    let ground = try ground()
    let report = Verification.run(ground.storage)
    #expect(report.findings == [] && report.verdict.exitCode == .sound && report.verdict.start == .serves)
    #expect(ground.map.superblock.checkpoint.treeHeight == 3)
    for role in GridMap.Role.allCases {
      let least = [.inner, .leaf, .value, .released].contains(role) ? 3 : 1
      #expect(ground.map.blocks(role).count >= least, "\(role)")
    }
    let inUse = UInt64(ground.map.roles.count)
    #expect(report.grid?.acquired == inUse && report.grid?.checkpoint == 6)
    #expect(report.bytes.total == ground.storage.byteCount && report.bytes.unreadable == 0)
    #expect(report.bytes[.reservedGrowth] > 0, "the file grows in steps")
    #expect(try ReplicaOutcome(on: ground.storage, pairs: ground.pairs) == .serves)
  }

  @Test(arguments: Damage.allCases) func isFoundAndLocated(_ damage: Damage) throws {
    let ground = try ground()
    for role in GridMap.Role.allCases {
      let blocks = ground.map.blocks(role)
      for address in [blocks.first, blocks[blocks.count / 2], blocks.last].compactMap({ $0 }) {
        let storage = ground.storage.snapshot()
        guard let expected = try apply(damage, to: address, storage, ground) else { continue }
        try check(storage, ground, expected, "\(damage) of block \(address), \(role)")
      }
    }
  }

  /// Before it serves, if there is a log that needs the block; else not until somebody asks. What is said is true of both.
  @Test func aDamagedBlockIsNeededByTheLogOrLater() throws {
    for more in [0, 2] {
      let ground = try ground(more: more)
      let root = ground.map.superblock.checkpoint.treeRoot.address
      ground.storage.zero(ground.map.range(root))
      let start = Verification.run(ground.storage).verdict.start
      #expect(start == .servesUntilDamage(block: root) && start.name == "serves-until-damage", "\(more)")
      #expect(start.words.contains("stops when it needs block \(root)"), "\(start.words)")
      #expect(start.words.hasSuffix("before it serves, if its log does"), "\(start.words)")
      let shell = try GridRun.start(ground.storage.snapshot(), now: 1 << 40)
      #expect((shell.halt != nil) == (more > 0), "\(more) ops above the checkpoint")
      #expect(try ReplicaOutcome(on: ground.storage, pairs: ground.pairs) == .stops(at: root), "\(more)")
    }
  }

  /// Several damages at once, of files that were stopped and of files that were killed: the verdict is what really happens.
  @Test func theVerdictIsWhatHappens() throws {
    let grounds = [try ground(), try ground(more: 0, stop: false), try ground(more: 30, stop: false)]
    var codes: Set<Int32> = []
    for seed in UInt64(0)..<60 {
      var generator = SplitMix64(seed: seed)
      let ground = grounds[Int(seed % 3)]
      let storage = ground.storage.snapshot()
      for _ in 0..<Int.random(in: 1...3, using: &generator) { strike(storage, ground, using: &generator) }
      let report = Verification.run(storage)
      codes.insert(report.verdict.exitCode.number)
      #expect(report.bytes.total == storage.byteCount, "seed \(seed)")
      try checkVerdict(report, storage, ground.pairs, "seed \(seed)")
    }
    #expect(codes.isSuperset(of: [0, 10, 13]), "\(codes)")
  }

  private func strike(_ storage: MemoryStorage, _ ground: Ground, using generator: inout SplitMix64) {
    let geometry = GridRun.geometry
    let blocks = ground.map.roles.keys.sorted()
    var range = ground.map.range(blocks.randomElement(using: &generator) ?? 1)
    switch Int.random(in: 0..<8, using: &generator) {
    case 0:
      let start = geometry.replyOffset(slot: Int.random(in: 0..<4, using: &generator))
      range = start..<start + 4096
    case 1:
      let start = geometry.prepareOffset(slot: Int.random(in: 0..<64, using: &generator))
      range = start..<start + 512
    case 2:
      let start = geometry.headerOffset(slot: Int.random(in: 0..<64, using: &generator))
      range = start..<start + 256
    default: break
    }
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: storage.flipBit(at: 8 * range.lowerBound + UInt64.random(in: 0..<2048, using: &generator))
    case 1: storage.garbage(range, using: &generator)
    case 2: storage.zero(range)
    default: storage.failReads(range.lowerBound..<range.lowerBound + 512)
    }
  }

  /// - Returns: kinds by block; nil if this damage changes nothing here, or nothing that anybody can know of.
  private func apply(
    _ damage: Damage, to address: UInt64, _ storage: MemoryStorage, _ ground: Ground
  ) throws -> [UInt64: FindingKind]? {
    let range = ground.map.range(address)
    var generator = SplitMix64(seed: address)
    switch damage {
    case .flip:
      let size = try ground.map.header(address)?.size ?? 300
      storage.flipBit(at: 8 * (range.lowerBound + UInt64.random(in: 256..<UInt64(size), using: &generator)))
    case .zero:
      storage.zero(range)
      // A block that was dropped may never have been written.
      if ground.map.roles[address] == .released { return nil }
    case .garbage: storage.garbage(range, using: &generator)
    case .stale:
      guard ground.map.roles[address] != .released else { return nil }
      let old = try GridMap.header(ground.earlier, range)
      guard let old, try old.checksum != ground.map.header(address)?.checksum else { return nil }
      storage.replace(at: range.lowerBound, with: try GridMap.bytes(ground.earlier, range))
      return [address: kind(address, ground, isWhole: true)]
    case .swap:
      let neighbour = ground.map.roles[address + 1] != nil ? address + 1 : address - 1
      guard ground.map.roles[neighbour] != nil else { return nil }
      for one in [address, neighbour] where try ground.map.header(one) == nil { return nil }
      storage.replace(at: range.lowerBound, with: try ground.map.bytes(neighbour))
      storage.replace(at: ground.map.range(neighbour).lowerBound, with: try ground.map.bytes(address))
      return [
        address: kind(address, besides: neighbour, ground), neighbour: kind(neighbour, besides: address, ground),
      ]
    case .unreadable: storage.failReads(range.lowerBound + 8192..<range.lowerBound + 8704)
    }
    if ground.map.roles[address] == .released, damage == .flip { return [address: try kindOfReleased(address, ground)] }
    return [address: kind(address, ground, isWhole: false)]
  }

  /// What lies below another damaged block is referred to by nothing that can be read.
  private func kind(_ address: UInt64, besides other: UInt64, _ ground: Ground) -> FindingKind {
    ground.map.lies(address, below: other) ? .blockUnknown : kind(address, ground, isWhole: true)
  }

  private func kind(_ address: UInt64, _ ground: Ground, isWhole: Bool) -> FindingKind {
    switch ground.map.roles[address] {
    case .acquiredSet, .releasedSet, .sessions: .checkpointDamaged
    case .inner, .leaf, .value: isWhole ? .blockUnexpected : .blockCorrupt
    case .released, nil: .blockUnusedDamaged
    }
  }

  /// One made and dropped in the same interval may be what a crash left.
  private func kindOfReleased(_ address: UInt64, _ ground: Ground) throws -> FindingKind {
    try ground.map.birth(address) == 6 ? .blockLeftover : .blockUnusedDamaged
  }

  private func check(
    _ storage: MemoryStorage, _ ground: Ground, _ expected: [UInt64: FindingKind], _ comment: String
  ) throws {
    let report = Verification.run(storage)
    let located = report.findings.filter { $0.kind != .rangeUnreadable }
    // One that contradicts only because its sibling is damaged is not judged.
    let found = Dictionary(located.compactMap { finding in finding.block.map { ($0, finding.kind) } }) { $1 }
    #expect(found == expected && located.count == expected.count, "\(comment): \(report.findings)")
    for finding in located where finding.block != nil {
      #expect(finding.range == finding.block.map(ground.map.range) && finding.zone == .grid, "\(comment)")
      if let address = finding.block, ![.blockUnusedDamaged, .blockLeftover, .blockUnknown].contains(finding.kind) {
        #expect(finding.expected == ground.map.references[address].map { .checksum($0.checksum) }, "\(comment)")
      }
    }
    #expect(report.bytes.total == storage.byteCount, "\(comment)")
    try checkVerdict(report, storage, ground.pairs, comment)
  }

  private func checkVerdict(
    _ report: VerificationReport, _ storage: MemoryStorage, _ pairs: [[UInt8]: [UInt8]], _ comment: String
  ) throws {
    let outcome = try ReplicaOutcome(on: storage, pairs: pairs)
    switch outcome {
    case .serves:
      #expect(report.verdict.exitCode <= .degraded, "\(comment): \(report.findings)")
      #expect([.serves, .servesAfterRepair].contains(report.verdict.start), "\(comment)")
    case .refuses(let reason): #expect(report.verdict.start == .refuses(reason: reason), "\(comment)")
    case .stops(let address):
      #expect(report.verdict.start.stopsAtBlock != nil && report.verdict.exitCode >= .repairable, "\(comment)")
      #expect(report.findings.contains { $0.block == address }, "\(comment): \(String(describing: address))")
    case .wrong(let what): Issue.record("\(comment): \(what)")
    }
  }
}
