import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// What counts as there, as lost, and as undecidable.
struct RecoverRuleTests {
  private let geometry = GridRun.geometry

  private func zeroBoth(_ storage: MemoryStorage, op: UInt64) {
    let slot = geometry.slot(of: op)
    storage.zero(geometry.headerOffset(slot: slot)..<geometry.headerOffset(slot: slot) + 256)
    storage.zero(geometry.prepareOffset(slot: slot)..<geometry.prepareOffset(slot: slot) + 4096)
  }

  private func zeroCopies(_ storage: MemoryStorage, _ copies: Range<Int>) {
    for copy in copies {
      let start = geometry.offset(of: .superblock(copy))
      storage.zero(start..<start + UInt64(Superblock.byteCount))
    }
  }

  @Test("A later reply than the log shows how far that had reached, and is not taken over")
  func replyAhead() throws {
    let file = try RolledBackLog()
    let planning = try RecoverRig.plan([file.storage])
    #expect(planning.plan.head.op == file.head && planning.plan.provenOp == file.newest.op)
    // The replies that stood where the later ones do are gone as well, unless executing the log makes them again.
    let (ops, replies) = (planning.plan.losses.first, planning.plan.losses.dropFirst())
    #expect(ops == .ops(file.head + 1...file.newest.op, .unknown))
    #expect(replies.allSatisfy { if case .reply = $0 { true } else { false } }, "\(replies)")
    #expect(planning.exitCode == .lost)
    let built = try RecoverRig.build(planning)
    // Slots whose replies the log makes again are blank until then, which is no damage.
    let report = Verification.run(built)
    #expect(report.verdict.exitCode == .sound, "\(report.findings)")
    #expect(try AskedReplica(on: built).pairs() == file.pairs)
  }

  @Test("A reply that the log makes again has a blank slot in the new file, which is sound")
  func repliesMadeAgain() throws {
    for isMisdirected in [false, true] {
      let ground = try RecoverGround(seed: 2, more: 20, stop: false)
      let moment = ground.moment(at: ground.head)
      let checkpoint = ground.map.superblock.checkpoint.op
      let records = try CheckpointReader(ground.storage, ground.map.superblock).read().sessions
      let slot = try #require(
        records.indices.first { slot in
          moment.answers.values.contains { $0.header.client == records[slot].client && $0.op > checkpoint }
        })
      let range = replyRange(slot)
      if isMisdirected {
        ground.storage.copy(replyRange((slot + 1) % records.count), to: range.lowerBound)
      } else {
        var generator = SplitMix64(seed: 1)
        ground.storage.garbage(range, using: &generator)
      }
      #expect(Verification.run(ground.storage).findings.map(\.kind) == [.replySlotDamaged])
      let planning = try RecoverRig.plan([ground.storage])
      #expect(planning.plan.losses.isEmpty && planning.exitCode == .sound)
      let built = try RecoverRig.build(planning)
      let report = Verification.run(built)
      #expect(report.verdict.exitCode == .sound, "misdirected \(isMisdirected): \(report.findings)")
      let stored = try GridMap.bytes(built, range)
      let header = try ReplyHeader(decoding: stored.bytes)
      let blank = ReplyHeader.reserved(slot: slot, cluster: GridRun.cluster)
      #expect(header.checksum == blank.checksum, "misdirected \(isMisdirected)")
      let replica = try AskedReplica(on: built)
      for answer in moment.answers.values {
        let again = try #require(replica.again(answer))
        #expect(again.header.command == .reply && again.body == answer.reply)
      }
    }
  }

  private func replyRange(_ slot: Int) -> Range<UInt64> {
    let start = geometry.replyOffset(slot: slot)
    return start..<start + UInt64(geometry.messageSize)
  }

  @Test("What a later reply shows to be missing is there if the later state is named")
  func replyAheadWithTheLaterState() throws {
    let file = try RolledBackLog()
    let planning = try RecoverRig.plan([file.storage, file.newer])
    #expect(planning.plan.losses.isEmpty && planning.exitCode == .sound, "\(planning.plan.losses)")
    #expect(planning.plan.head.op >= file.newest.op)
  }

  @Test("A reply that nothing makes again closes its session, and no other")
  func replyLost() throws {
    let ground = try RecoverGround(seed: 5, checkpoints: 2, more: 1, stop: true)
    let moment = ground.moment(at: ground.head)
    let checkpoint = ground.map.superblock.checkpoint.op
    let quiet = try #require(moment.answers.values.first { $0.op <= checkpoint })
    let records = try CheckpointReader(ground.storage, ground.map.superblock).read().sessions
    let slot = try #require(records.firstIndex { $0.client == quiet.header.client })
    let start = geometry.replyOffset(slot: slot)
    ground.storage.zero(start..<start + 4096)
    let planning = try RecoverRig.plan([ground.storage])
    #expect(planning.plan.losses == [.reply(slot: slot, op: quiet.op)])
    #expect(planning.plan.acceptances == ["reply:\(slot)"] && planning.exitCode == .restorable)
    let replica = try AskedReplica(on: try RecoverRig.build(planning))
    #expect(try replica.pairs() == moment.pairs)
    for answer in moment.answers.values {
      let next = try #require(try replica.next(after: answer))
      let isClosed = answer.header.client == quiet.header.client
      #expect(next.header.command == (isClosed ? .refusal : .reply))
      if isClosed { #expect(next.header.status == Refusal.sessionUnknown.rawValue) }
    }
    // A backup that has it makes it whole.
    let whole = try RecoverRig.plan([ground.storage] + ground.backups)
    #expect(whole.plan.losses.isEmpty)
  }

  @Test("A slot behind the head that is damaged in both rings may have held an entry: a human decides")
  func undecidable() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    for op in ground.head + 1...ground.head + 2 { zeroBoth(ground.storage, op: op) }
    let planning = try RecoverRig.plan([ground.storage])
    #expect(planning.plan.losses == [.ops(ground.head + 1...ground.head + 2, .undecidable)])
    #expect(planning.exitCode == .lost && planning.plan.head.op == ground.head)
    let replica = try AskedReplica(on: try RecoverRig.build(planning))
    #expect(try replica.pairs() == ground.moment(at: ground.head).pairs)
  }

  @Test("A clean stop shows where the log ended")
  func cleanStop() throws {
    let ground = try RecoverGround(seed: 1, more: 7, stop: true)
    zeroBoth(ground.storage, op: ground.head + 1)
    #expect(try RecoverRig.plan([ground.storage]).plan.losses.isEmpty)
  }

  @Test("One superblock copy is enough, and a backup's tells where everything lies if there is none")
  func superblocksGone() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let one = ground.storage.snapshot()
    zeroCopies(one, 0..<3)
    let planned = try RecoverRig.plan([one]).plan
    #expect(planned.losses.isEmpty && planned.head.op == ground.head)
    zeroCopies(ground.storage, 0..<4)
    #expect(throws: RecoverRefusal.noSuperblock) { try RecoverRig.plan([ground.storage]) }
    let planning = try RecoverRig.plan([ground.storage, ground.backups[1]])
    #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head)
    let replica = try AskedReplica(on: try RecoverRig.build(planning))
    #expect(try replica.pairs() == ground.moment(at: ground.head).pairs)
  }

  @Test("Files in which nothing is ours are no damaged file of ours")
  func filesOfOthers() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let zeroed = MemoryStorage(byteCount: ground.storage.byteCount)
    let refusal = #expect(throws: RecoverRefusal.self) { try RecoverRig.plan([zeroed, MemoryStorage()]) }
    guard case .notOurs(let path, let finding)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(path == "file 0" && finding.kind == .notOurFormat)
  }

  @Test("An older copy in which nothing is ours is refused: it gives nothing, and its rings tell of no op")
  func copyOfNothing() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    var generator = SplitMix64(seed: 1)
    let garbage = MemoryStorage(byteCount: 3 * 4096 + 17)
    garbage.garbage(0..<garbage.byteCount, using: &generator)
    let zeroed = MemoryStorage(byteCount: ground.storage.byteCount)
    for copy in [garbage, zeroed, MemoryStorage()] {
      let refusal = #expect(throws: RecoverRefusal.self) { try RecoverRig.plan([ground.storage, copy]) }
      guard case .copyNotOurs("file 1", let finding)? = refusal else {
        Issue.record("\(String(describing: refusal))")
        continue
      }
      #expect(finding.kind == .notOurFormat)
    }
  }

  @Test("A file that was wiped may have had ops after the backup: none is called lost, and none is called never made")
  func wiped() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let zeroed = MemoryStorage(byteCount: ground.storage.byteCount)
    let planning = try RecoverRig.plan([zeroed, ground.backups[1]])
    let head = planning.plan.head.op
    #expect(head < ground.head)
    #expect(planning.plan.losses.last == .ops(head + 1...RecoverLoss.openEnd, .unseen))
    #expect(planning.plan.acceptances == ["op:1.."])
    #expect(planning.exitCode == .lost && !planning.lacksNothing)
  }

  @Test("A repair whose log is lost can be given up: the file then does not show where its log ended")
  func abandonedRepair() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: true)
    let backup = ground.backups[1].snapshot()
    for file in [ground.storage, backup] {
      let offset = GridRun.geometry.repairMarkRange(copy: 2).lowerBound
      let mark = RepairMark(fileID: 7, log: 1, plan: 2, sequence: 3, offset: offset, path: "gone.undo")
      let buffer = IOBuffer(byteCount: RepairMark.byteCount)
      var bytes = buffer.mutableBytes
      bytes.copy(mark.encoded.rawSpan, toByteOffset: 0)
      file.replace(at: offset, with: buffer)
    }
    #expect(throws: RecoverRefusal.repairInProgress(path: "file 0", log: "gone.undo")) {
      try RecoverRig.plan([ground.storage])
    }
    let source = try RecoverSource("file 0", ground.storage, abandoningRepair: true)
    let planning = try RecoverPlanner.plan([source], as: RecoverRig.identity)
    #expect(planning.plan.losses == [.ops(ground.head + 1...RecoverLoss.openEnd, .unseen)])
    #expect(planning.plan.sources[0].isMarked && planning.exitCode == .lost)
    let made = try RecoverRig.build(planning)
    #expect(RepairMarkScan.find(made, GridRun.geometry) == nil)
    let replica = try AskedReplica(on: made)
    #expect(try replica.pairs() == ground.moment(at: ground.head).pairs)
    // An older copy can be left out instead.
    let copy = try RecoverSource("file 1", backup, abandoningRepair: true)
    #expect(throws: RecoverRefusal.repairInProgress(path: "file 1", log: "gone.undo")) {
      try RecoverPlanner.plan([source, copy], as: RecoverRig.identity)
    }
  }

  @Test("What the first file has by itself is not recovered")
  func nothingToRecover() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    #expect(try RecoverRig.plan([ground.storage]).lacksNothing)
    #expect(try RecoverRig.plan([ground.storage] + ground.backups).lacksNothing)
    #expect(try !RecoverRig.plan([ground.backups[1], ground.storage]).lacksNothing)
    let slot = geometry.slot(of: ground.head - 1)
    ground.storage.flipBit(at: 8 * (geometry.prepareOffset(slot: slot) + 300))
    #expect(try !RecoverRig.plan([ground.storage]).lacksNothing)
  }

  @Test("A superblock that was rolled back forgets neither entries nor terms")
  func rolledBack() throws {
    let ground = try RecoverGround(seed: 4, checkpoints: 1, more: 9, restarted: true, stop: false)
    let old = try SuperblockDecision(SuperblockSurvey.read(ground.backups[0])).outcome.get()
    #expect(old.term < ground.map.superblock.term)
    ground.storage.put(old)
    let planning = try RecoverRig.plan([ground.storage])
    #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head)
    #expect(planning.plan.term > ground.map.superblock.term)
    // All of it is there, and no replica starts on it as it is.
    #expect(!planning.lacksNothing && planning.exitCode == .sound)
    let replica = try AskedReplica(on: try RecoverRig.build(planning))
    #expect(try replica.pairs() == ground.moment(at: ground.head).pairs)
  }

  @Test("An entry that no header proves does not take the place of one that is proven")
  func provenOther() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let other = ground.storage.snapshot()
    let slot = geometry.slot(of: ground.head)
    var header = try #require(ground.entries[ground.head])
    let body = [UInt8](repeating: 1, count: 64)
    header.size = UInt32(PrepareHeader.byteCount + body.count)
    header.bodyChecksum = Checksum.of(body.rawSpan, as: .prepareBody)
    header.seal()
    let buffer = IOBuffer(byteCount: 4096)
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.copy(from: body.span, at: PrepareHeader.byteCount)
    other.replace(at: geometry.prepareOffset(slot: slot), with: buffer)
    let blank = IOBuffer(byteCount: PrepareHeader.byteCount)
    var blankBytes = blank.mutableBytes
    PrepareHeader.placeholder(.reserved, slot: slot, cluster: GridRun.cluster).encode(into: &blankBytes)
    other.replace(at: geometry.headerOffset(slot: slot), with: blank)
    ground.storage.flipBit(at: 8 * (geometry.prepareOffset(slot: slot) + 270))
    let plan = try RecoverRig.plan([ground.storage, other]).plan
    #expect(plan.head.op == ground.head - 1)
    #expect(plan.losses == [.ops(ground.head...ground.head, .missing)])
  }

  @Test("An entry that does not follow from the one before it is not gone on with, and is named so")
  func contradictory() throws {
    let file = try SampleFile()
    let other = file.entry(after: file.entries[11], bodySize: 9) { $0.parent = 3 }
    file.writePrepare(other)
    file.writeHeader(other, slot: 12)
    let planning = try RecoverRig.plan([file.storage])
    #expect(planning.plan.head.op == 11 && planning.plan.losses == [.ops(12...12, .contradictory)])
    #expect(planning.exitCode == .lost)
  }

  @Test("Two files that each prove an entry of their own as one op are refused")
  func diverged() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let other = ground.storage.snapshot()
    for (file, client) in [(ground.storage, 0), (other, 1)] {
      let shell = try GridRun.start(file, now: 1 << 40)
      var register = MessageHeader(.request, cluster: GridRun.cluster)
      register.client = UInt128(900 + client)
      register.operation = Operation.register.rawValue
      register.seal(body: RawSpan())
      shell.receive(from: ConnectionID(1), register, [])
      shell.completeAll()
    }
    let refusal = #expect(throws: RecoverRefusal.self) { try RecoverRig.plan([ground.storage, other]) }
    guard case .diverged? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
  }

  @Test("A forged number makes no work without end")
  func forgedNumbers() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    var superblock = ground.map.superblock
    superblock.commitMax = 1 << 62
    superblock.seal()
    ground.storage.put(superblock)
    let plan = try RecoverRig.plan([ground.storage]).plan
    #expect(plan.lostOps == ground.head + 1...1 << 62)
    superblock.commitMax = PrepareHeader.numberLimit - 1
    superblock.seal()
    ground.storage.put(superblock)
    #expect(throws: RecoverRefusal.numbersExhausted) { try RecoverRig.plan([ground.storage]) }
  }

  @Test("A file of another cluster, replica, lineage or geometry is refused, and one of several members")
  func otherFiles() throws {
    let ground = try RecoverGround(seed: 3, checkpoints: 0, more: 5, stop: false)
    var found: [String] = []
    func refused(_ change: (inout FormatPlan) -> Void) throws {
      var plan = FormatPlan(cluster: GridRun.cluster, geometry: GridRun.geometry, fileID: 8)
      change(&plan)
      let other = MemoryStorage()
      try DataFileFormatter.format(plan, onto: other)
      do throws(RecoverRefusal) { _ = try RecoverRig.plan([ground.storage, other]) } catch {
        found.append("\(error)".prefix { $0 != "(" }.lowercased())
      }
    }
    try refused { $0.cluster = 0xC9 }
    try refused { $0.fileID = 9 }
    try refused {
      $0.fileID = 7
      $0.geometry.sessions = 8
    }
    try refused {
      $0.replicaCount = 3
      $0.quorums = .majority(of: 3)
    }
    #expect(found == ["othercluster", "otherfile", "othergeometry", "othermembers"], "\(found)")
  }
}
