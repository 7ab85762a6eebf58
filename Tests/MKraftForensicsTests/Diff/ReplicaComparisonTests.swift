import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import SystemPackage
import Testing

@Suite struct ReplicaComparisonTests {
  private func compare(_ files: [any Storage]) -> ReplicaComparison {
    ReplicaComparison(files.map { ComparedReplica($0, Verification.run($0)) })
  }

  @Test func aFileAndItself() throws {
    let file = try SampleFile()
    let comparison = compare([file.storage, file.storage.snapshot()])
    #expect(comparison.kind == .same && comparison.exitCode == .sound)
    #expect(comparison.log?.lastCommon == SampleFile.head && comparison.log?.divergence == nil)
    #expect(comparison.log?.lastCommonChecksum == file.entries[Int(SampleFile.head)].checksum)
    #expect(comparison.statesOfOneFile == [[0, 1]])
    #expect(comparison.fields.allSatisfy { !$0.differs })
  }

  /// A replica goes on after its file was verified: what it has overwritten since then is not lost.
  @Test func aFileInUseThatGoesOn() throws {
    let run = try GridRun()
    try run.run(checkpoints: 4, more: 2)
    var options = Verification.Options()
    options.isLive = true
    let report = Verification.run(run.storage, options)
    let replicas = [ComparedReplica(run.storage, report), ComparedReplica(run.storage.snapshot(), report)]
    try run.run(checkpoints: 6)
    let log = try #require(ReplicaComparison(replicas).log)
    let holdings = Set(log.runs.compactMap(\.holdings.first))
    #expect(holdings.contains(.overwritten) && !holdings.contains(.lost), "\(log.runs)")
  }

  /// A file that is named more than once, and went on between the two looks: no replica differs from another.
  @Test func aFileInUseAndItself() throws {
    let identity = try #require(try FileStorage.open("/proc/self/exe", for: .reading(cached: true)).stamp?.identity)
    func look(_ file: SampleFile, isIt: Bool = true) -> ComparedReplica {
      ComparedReplica(file.storage, Verification.run(file.storage), identity: isIt ? identity : nil)
    }
    let file = try SampleFile()
    let before = SampleFile(copying: file)
    file.append(bodySize: 10)
    let changed = ReplicaComparison([look(before), look(file)])
    #expect(changed.kind == .changing && changed.exitCode == .incomplete && changed.namedMoreThanOnce == [[0, 1]])
    #expect(changed.log?.heads == [SampleFile.head, SampleFile.head + 1], "what there is to see is shown all the same")
    let unchanged = ReplicaComparison([look(file), look(file)])
    #expect(unchanged.kind == .same && unchanged.exitCode == .sound && unchanged.namedMoreThanOnce == [[0, 1]])
    // The same two states, of files of which nobody says that they are one.
    let files = ReplicaComparison([look(before), look(file, isIt: false)])
    #expect(files.kind == .behind && files.exitCode == .different && files.namedMoreThanOnce.isEmpty)
    // With another file beside it the other file decides.
    let others = ReplicaComparison([look(before), look(file), look(before, isIt: false)])
    #expect(others.kind == .changing && others.exitCode == .incomplete && others.namedMoreThanOnce == [[0, 1]])
    let further = SampleFile(copying: file)
    further.append(bodySize: 30)
    let differs = ReplicaComparison([look(before), look(further, isIt: false), look(file)])
    #expect(differs.kind == .behind && differs.exitCode == .different && differs.namedMoreThanOnce == [[0, 2]])
    // Damage is damage, in a file that changes too.
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
    let damaged = ReplicaComparison([look(before), look(file)])
    #expect(damaged.kind == .changing && damaged.exitCode == .restorable)
  }

  @Test func aFileAndItsBackup() throws {
    let file = try SampleFile()
    let backup = SampleFile(copying: file)
    file.append(bodySize: 10)
    file.append(bodySize: 20)
    file.update { $0.commitMax = SampleFile.head }
    let comparison = compare([file.storage, backup.storage])
    #expect(comparison.kind == .behind && comparison.exitCode == .different)
    #expect(comparison.statesOfOneFile == [[1, 0]], "the oldest first")
    let log = try #require(comparison.log)
    #expect(log.lastCommon == SampleFile.head && log.lastCommonCommitted == SampleFile.head)
    #expect(log.heads == [SampleFile.head + 2, SampleFile.head])
    #expect(log.runs.map(\.ops) == [0...SampleFile.head, SampleFile.head + 1...SampleFile.head + 2])
    #expect(log.runs.last?.holdings == [.content, .beyondHead])
  }

  /// Two histories of one file from op 13 on, which were not committed, or were.
  @Test func divergence() throws {
    for isCommitted in [false, true] {
      let one = try SampleFile()
      let other = SampleFile(copying: one)
      let first = one.append(bodySize: 10)
      let second = other.append(bodySize: 20)
      if isCommitted { for file in [one, other] { file.update { $0.commitMax = SampleFile.head + 1 } } }
      let comparison = compare([one.storage, other.storage])
      #expect(comparison.kind == (isCommitted ? .contradicting : .diverged))
      #expect(comparison.exitCode == .different)
      let divergence = try #require(comparison.log?.divergence)
      #expect(divergence.op == SampleFile.head + 1 && divergence.isCommitted == isCommitted)
      #expect(divergence.branches.map { $0?.checksum } == [first.checksum, second.checksum])
      #expect(divergence.branches.map { $0?.parent } == [first.parent, first.parent])
      #expect(comparison.log?.lastCommon == SampleFile.head)
    }
  }

  @Test func aDamagedReplicaKeepsItsOwnCode() throws {
    let file = try SampleFile()
    let damaged = SampleFile(copying: file)
    damaged.storage.flipBit(at: 8 * (damaged.geometry.prepareOffset(slot: 5) + 300))
    let comparison = compare([file.storage, damaged.storage])
    #expect(comparison.kind == .damaged && comparison.exitCode == .restorable)
    #expect(comparison.log?.runs.map(\.ops) == [0...4, 5...5, 6...SampleFile.head])
    #expect(comparison.log?.runs.map { $0.holdings[1] } == [.content, .header, .content])
    #expect(comparison.log?.lastCommon == SampleFile.head, "the chain goes on behind it")
    damaged.garbageBoth(5)
    let lost = compare([file.storage, damaged.storage])
    #expect(lost.log?.runs.map { $0.holdings[1] } == [.content, .lost, .content])
  }

  @Test func filesOfDifferentClusters() throws {
    let file = try SampleFile()
    let other = MemoryStorage()
    _ = try DataFileFormatter.format(FormatPlan(cluster: 0xC2, geometry: SampleFile.geometry, fileID: 7), onto: other)
    let comparison = compare([file.storage, other])
    #expect(comparison.kind == .differentClusters && comparison.exitCode == .different && comparison.log == nil)
    #expect(comparison.checkpoints.isEmpty)
  }

  @Test func replicasOfOneClusterAreTheSameUntilOneIsFurther() throws {
    let storages: [MemoryStorage] = try (0..<3).map { replica in
      let storage = MemoryStorage()
      let plan = FormatPlan(
        cluster: 0xC1, replica: replica, replicaCount: 3, geometry: SampleFile.geometry,
        fileID: UInt128(replica + 1))
      _ = try DataFileFormatter.format(plan, onto: storage)
      return storage
    }
    let comparison = compare(storages)
    #expect(comparison.kind == .same && comparison.exitCode == .sound && comparison.statesOfOneFile.isEmpty)
    #expect(comparison.fields.filter(\.differs).map(\.name) == ["replica", "member", "file_id"])
  }

  @Test func anotherGeometryIsNoReplicaOfTheCluster() throws {
    let other = MemoryStorage()
    let geometry = Geometry(slotCount: 64, messageSize: 4096, sessions: 4)
    _ = try DataFileFormatter.format(
      FormatPlan(cluster: SampleFile.cluster, geometry: geometry, fileID: 9), onto: other)
    let comparison = compare([try SampleFile(start: false).storage, other])
    #expect(comparison.kind == .misconfigured && comparison.exitCode == .different)
    #expect(comparison.fields.filter { $0.weight == .common && $0.differs }.map(\.name).contains("message_size"))
  }

  @Test func withoutASuperblockNobodyKnows() throws {
    let file = try SampleFile()
    let wiped = SampleFile(copying: file)
    for copy in 0..<Superblock.copyCount { wiped.garbage(wiped.range(copy)) }
    let comparison = compare([file.storage, wiped.storage])
    #expect(comparison.kind == .unknown && comparison.exitCode == .lost && comparison.log == nil)
  }

  /// Checkpoints one after another, and two states of one op: the blocks that differ are named.
  @Test func checkpoints() throws {
    let run = try GridRun()
    try run.run(checkpoints: 4)
    let earlier = run.storage.snapshot()
    try run.run(checkpoints: 5)
    let next = run.storage.snapshot()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    #expect(compare([earlier, next]).checkpoints.map(\.relation) == [.next])
    #expect(compare([next, earlier]).checkpoints.map(\.relation) == [.previous])
    #expect(compare([earlier, run.storage]).checkpoints.map(\.relation) == [.apart])
    let map = try GridMap(run.storage)
    let leaf = map.blocks(.leaf)[1]
    let forged = ForgedFile(run.storage, map)
    try forged.forge(leaf) { _, block in
      let node = TreeNodeView(validated: block.bytes)
      let last = node.start(of: 1) - 1
      var bytes = block.mutableBytes
      bytes.store(UInt8(77), toByteOffset: last)
    }
    let comparison = compare([run.storage, forged.storage])
    #expect(comparison.kind == .contradicting)
    let checkpoint = try #require(comparison.checkpoints.first)
    var changed: Set<UInt64> = [leaf]
    var above = map.referrers[leaf]
    while let node = above {
      changed.insert(node)
      above = map.referrers[node]
    }
    #expect(checkpoint.relation == .different)
    #expect(Set(checkpoint.blocks.map(\.address)) == changed && checkpoint.blockCount == changed.count)
    #expect(checkpoint.blocks.allSatisfy { $0.difference == .contents })
  }
}
