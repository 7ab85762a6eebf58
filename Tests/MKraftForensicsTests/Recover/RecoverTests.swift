import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Recovery of one damaged file, step by step.
struct RecoverTests {
  private static func damagePrepare(_ storage: MemoryStorage, op: UInt64) {
    let geometry = GridRun.geometry
    storage.flipBit(at: 8 * (geometry.prepareOffset(slot: geometry.slot(of: op)) + 270))
  }

  @Test("An entry lost above the checkpoint: what follows is lost, everything before it is served")
  func entryLost() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let lost = ground.head - 5
    RecoverTests.damagePrepare(ground.storage, op: lost)
    let planning = try RecoverRig.plan([ground.storage])
    let plan = planning.plan
    #expect(plan.head.op == lost - 1)
    #expect(plan.losses == [.ops(lost...lost, .missing), .ops(lost + 1...ground.head, .stranded)])
    #expect(plan.acceptances == ["op:\(lost)..\(ground.head)"])
    #expect(planning.exitCode == .restorable)
    #expect(throws: RecoverUnaccepted.self) { try planning.fork(accepting: []) }
    #expect(throws: RecoverUnaccepted.self) { try planning.fork(accepting: ["op:\(lost)..\(lost)"]) }
    let file = try RecoverRig.build(planning)
    let report = Verification.run(file)
    #expect(report.verdict.exitCode == .sound, "\(report.findings)")
    let superblock = try #require(report.superblock)
    #expect(superblock.cluster == RecoverRig.identity.newCluster)
    #expect(superblock.fileID == RecoverRig.identity.fileID && superblock.lineage == 7)
    #expect(superblock.term > ground.map.superblock.term)
    let replica = try AskedReplica(on: file)
    #expect(replica.isReady)
    let moment = ground.moment(at: lost - 1)
    #expect(try replica.pairs() == moment.pairs)
    for answer in moment.answers.values { #expect(try replica.next(after: answer)?.header.command == .reply) }
    #expect(try replica.reachesNextCheckpoint())
  }

  @Test("A backup that has the entry makes it whole, in the same cluster")
  func backupHasEntry() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    RecoverTests.damagePrepare(ground.storage, op: ground.head - 8)
    let planning = try RecoverRig.plan([ground.storage] + ground.backups)
    #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head)
    #expect(planning.exitCode == .sound)
    let file = try RecoverRig.build(planning)
    let report = Verification.run(file)
    #expect(report.verdict.exitCode == .sound, "\(report.findings)")
    #expect(report.superblock?.cluster == GridRun.cluster)
    let replica = try AskedReplica(on: file)
    #expect(try replica.pairs() == ground.moment(at: ground.head).pairs)
    for answer in ground.moment(at: ground.head).answers.values {
      let again = try #require(replica.again(answer))
      #expect(again.header.command == .reply && again.header.op == answer.op && again.body == answer.reply)
    }
  }

  @Test("An entry whose header stands in the header ring only is there, wherever it is in the log")
  func prepareHeaderGone() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let checkpoint = ground.map.superblock.checkpoint.op
    for op in [checkpoint + 1, ground.head - 5, ground.head] {
      for damage in [0, 100, 255] {
        let file = ground.storage.snapshot()
        let start = GridRun.geometry.prepareOffset(slot: GridRun.geometry.slot(of: op))
        file.flipBit(at: 8 * (start + UInt64(damage)))
        let planning = try RecoverRig.plan([file])
        #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head, "op \(op), byte \(damage)")
        #expect(planning.exitCode == .sound && !planning.lacksNothing)
        let built = try RecoverRig.build(planning)
        #expect(Verification.run(built).verdict.exitCode == .sound)
        #expect(try AskedReplica(on: built).pairs() == ground.moment(at: ground.head).pairs)
      }
    }
  }

  @Test("Such an entry is taken from an older copy as well; a body that is damaged too is not")
  func prepareHeaderGoneInCopy() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let op = ground.head - 8
    let start = GridRun.geometry.prepareOffset(slot: GridRun.geometry.slot(of: op))
    let copy = ground.storage.snapshot()
    copy.zero(start..<start + UInt64(PrepareHeader.byteCount))
    RecoverTests.damagePrepare(ground.storage, op: op)
    let planning = try RecoverRig.plan([ground.storage, copy])
    #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head)
    let built = try RecoverRig.build(planning)
    #expect(Verification.run(built).verdict.exitCode == .sound)
    #expect(try AskedReplica(on: built).pairs() == ground.moment(at: ground.head).pairs)
    RecoverTests.damagePrepare(copy, op: op)
    let without = try RecoverRig.plan([ground.storage, copy]).plan
    #expect(without.head.op == op - 1)
    #expect(without.losses == [.ops(op...op, .missing), .ops(op + 1...ground.head, .stranded)])
  }

  @Test("A block that no file has: the backup's older checkpoint, and the log as far as it reaches")
  func olderCheckpoint() throws {
    let ground = try RecoverGround(seed: 2, more: 3, stop: false)
    let leaf = try #require(ground.map.blocks(.leaf).first { $0 > 0 })
    ground.storage.zero(ground.map.range(leaf))
    let alone = #expect(throws: RecoverRefusal.self) { try RecoverRig.plan([ground.storage]) }
    guard case .noCheckpoint(let rejected)? = alone else {
      Issue.record("\(String(describing: alone))")
      return
    }
    #expect(rejected.contains { $0.op == ground.map.superblock.checkpoint.op })
    let planning = try RecoverRig.plan([ground.storage, ground.backups[0]])
    let file = try RecoverRig.build(planning)
    let replica = try AskedReplica(on: file)
    #expect(try replica.pairs() == ground.moment(at: planning.plan.head.op).pairs)
    #expect(try replica.reachesNextCheckpoint())
  }

  @Test("A sound file is recovered as it is, and bytes of its log and its state stay what they were")
  func sound() throws {
    let ground = try RecoverGround(seed: 1, more: 7, stop: true)
    let planning = try RecoverRig.plan([ground.storage])
    #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head)
    let file = try RecoverRig.build(planning)
    for address in ground.map.blocks(.leaf) + ground.map.blocks(.inner) {
      let range = ground.map.range(address)
      #expect(try RepairRig.bytes(range, of: file) == RepairRig.bytes(range, of: ground.storage), "block \(address)")
    }
    #expect(try AskedReplica(on: file).pairs() == ground.moment(at: ground.head).pairs)
  }
}
