import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Forks of a replica's file as a cluster of its own.
struct SingleForkTests {
  @Test("A fork holds what the file held, under another cluster's id in every structure")
  func holdsAll() throws {
    for ground in try RecoverGround.all() {
      let (fork, shortfall) = try Fork.single(of: ground.storage, as: 55, cluster: 0xD1)
      #expect(shortfall.damagedOp == nil && shortfall.closedSessions == 0)
      let target = MemoryStorage()
      let report = try fork.write(to: target)
      #expect(report.verdict.exitCode == .sound, "\(report.findings)")
      let superblock = try #require(report.superblock)
      #expect(superblock.cluster == 0xD1 && superblock.lineage == 7 && superblock.members.count == 1)
      #expect(superblock.member == MemberList.memberID(cluster: 0xD1, index: 0))
      let replica = try AskedReplica(on: target)
      #expect(try replica.pairs() == ground.moment(at: ground.head).pairs)
      for answer in ground.moment(at: ground.head).answers.values {
        #expect(try replica.next(after: answer)?.header.command == .reply)
      }
      #expect(try replica.reachesNextCheckpoint())
    }
  }

  @Test("A damaged entry ends the fork before it, and is named")
  func damagedEntry() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let op = ground.head - 4
    let geometry = GridRun.geometry
    ground.storage.flipBit(at: 8 * (geometry.prepareOffset(slot: geometry.slot(of: op)) + 270))
    let (fork, shortfall) = try Fork.single(of: ground.storage, as: 55, cluster: 0xD1)
    #expect(shortfall.damagedOp == op && fork.head == op - 1)
    let target = MemoryStorage()
    _ = try fork.write(to: target)
    #expect(try AskedReplica(on: target).pairs() == ground.moment(at: op - 1).pairs)
  }

  @Test("A block that is not there makes no fork")
  func damagedBlock() throws {
    let ground = try RecoverGround(seed: 2, more: 3, stop: false)
    ground.storage.zero(ground.map.range(try #require(ground.map.blocks(.inner).first)))
    let (fork, _) = try Fork.single(of: ground.storage, as: 55, cluster: 0xD1)
    #expect(throws: ForkError.self) { try fork.write(to: MemoryStorage()) }
  }

  @Test("The superblocks come last, and after everything else is durable")
  func order() throws {
    let ground = try RecoverGround(seed: 2, more: 3, stop: false)
    let (fork, _) = try Fork.single(of: ground.storage, as: 55, cluster: 0xD1)
    let target = MemoryStorage()
    var synced = 0
    _ = try fork.write(to: target) { () throws(StorageError) in
      synced += 1
      let copies = SuperblockSurvey.read(target, scanning: true).copies
      if copies.contains(where: { $0.valid != nil }) { Issue.record("a superblock was written early") }
    }
    #expect(synced == 1)
  }
}
