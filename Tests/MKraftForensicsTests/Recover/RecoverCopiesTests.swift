import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Older copies that tell less than they seem to: used by themselves, of a file that is worse off than it looks, or rolled back.
struct RecoverCopiesTests {
  private let geometry = GridRun.geometry

  /// A replica runs on a copy by itself: so many writes under a client of its own.
  private func use(_ file: MemoryStorage, writes: Int, client: UInt128, now: UInt64 = 1 << 40) throws {
    let shell = try GridRun.start(file, now: now)
    func send(_ header: MessageHeader, _ body: [UInt8]) -> MessageHeader? {
      shell.receive(from: ConnectionID(1), header, body)
      shell.completeAll()
      defer { shell.sent.removeAll() }
      return shell.sent.last?.header
    }
    var register = MessageHeader(.request, cluster: GridRun.cluster)
    register.client = client
    register.operation = Operation.register.rawValue
    register.seal(body: RawSpan())
    let session = try #require(send(register, []), "a session is registered").session
    for number in 1...UInt64(max(1, writes)) where writes > 0 {
      let put = KeyValueEvent.put(key: [9], value: [UInt8(truncatingIfNeeded: client)])
      let (header, body) = try GridRun.request([put], client: client, session: session, number: number)
      #expect(send(header, body)?.command == .reply)
    }
  }

  /// Both rings lose what they hold of some ops.
  private func lose(_ ops: ClosedRange<UInt64>, _ file: MemoryStorage) {
    for op in ops {
      let slot = geometry.slot(of: op)
      file.zero(geometry.headerOffset(slot: slot)..<geometry.headerOffset(slot: slot) + 256)
      file.zero(geometry.prepareOffset(slot: slot)..<geometry.prepareOffset(slot: slot) + 4096)
    }
  }

  private func loseHeaders(_ ops: ClosedRange<UInt64>, _ file: MemoryStorage) {
    for op in ops {
      let start = geometry.headerOffset(slot: geometry.slot(of: op))
      file.zero(start..<start + 256)
    }
  }

  private func zeroSuperblocks(_ file: MemoryStorage) {
    for copy in 0..<Superblock.copyCount {
      let start = geometry.offset(of: .superblock(copy))
      file.zero(start..<start + UInt64(Superblock.byteCount))
    }
  }

  private func refusal(_ files: [MemoryStorage]) -> RecoverRefusal? {
    do throws(RecoverRefusal) {
      let plan = try RecoverRig.plan(files).plan
      Issue.record("planned: \(plan.losses), head \(plan.head.op)")
      return nil
    } catch { return error }
  }

  @Test(
    "An older copy that was started by itself is refused: its own ops stand where those of the damaged file are lost")
  func startedByItself() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let copy = ground.backups[1].snapshot()
    let last = try GridRun.start(copy, now: 1 << 40).replica.status.head
    try use(copy, writes: 0, client: 900)
    lose(last...ground.head, ground.storage)
    let alone = try RecoverRig.plan([ground.storage]).plan
    #expect(alone.lostOps == last...ground.head && alone.losses.count == 1)
    guard case .startedLater("file 1", let term, "file 0", let otherTerm)? = refusal([ground.storage, copy]) else {
      Issue.record("a copy that was started later is taken for an older one")
      return
    }
    #expect(term > otherTerm)
    // The other way round it is the damaged file that is the older one; nothing clears what it may have had.
    #expect(
      try RecoverRig.plan([copy, ground.storage]).plan.losses.contains {
        if case .ops(_, .undecidable) = $0 { true } else { false }
      })
  }

  /// A file and a copy of it, each started once since, with so many writes of its own; then the file loses all ops of its own.
  private func startedAlike(_ writes: Int, copy copyWrites: Int) throws -> (
    RecoverGround, MemoryStorage, ClosedRange<UInt64>
  ) {
    let ground = try RecoverGround(seed: 2, more: 20, stop: true)
    let copy = ground.storage.snapshot()
    try use(ground.storage, writes: writes, client: 901, now: 1 << 40)
    try use(copy, writes: copyWrites, client: 900, now: 1 << 41)
    let superblocks = try [ground.storage, copy].map { try SuperblockDecision(SuperblockSurvey.read($0)).outcome.get() }
    #expect(superblocks[0].checksum == superblocks[1].checksum, "nothing in the superblocks tells them apart")
    // A no-op, a registration, and the writes.
    return (ground, copy, ground.head + 1...ground.head + 2 + UInt64(writes))
  }

  @Test(
    "A copy that was started as often as the file, and wrote more, is refused: the file shows that its log ended before"
  )
  func startedAlike() throws {
    let (ground, copy, own) = try startedAlike(3, copy: 9)
    lose(own, ground.storage)
    guard case .endedBefore(own.upperBound + 1, "file 1", "file 0")? = refusal([ground.storage, copy]) else {
      Issue.record("a copy that was used by itself is taken for an older one")
      return
    }
  }

  @Test("If it wrote no more than the file, its ops are named, and have to be accepted", arguments: [0, 1, 3])
  func startedAlikeWithFewer(writes: Int) throws {
    let (ground, copy, own) = try startedAlike(3, copy: writes)
    lose(own, ground.storage)
    let planning = try RecoverRig.plan([ground.storage, copy])
    let head = ground.head + 2 + UInt64(writes)
    #expect(planning.plan.losses.first == .ops(own.lowerBound...head, .unconnected), "\(planning.plan.losses)")
    #expect(planning.plan.lostOps == own && planning.exitCode == .lost && planning.plan.clusterAfter != GridRun.cluster)
  }

  @Test("One entry that both have in its term shows that a copy is an older one")
  func oneInCommon() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: true)
    try use(ground.storage, writes: 6, client: 901)
    let copy = ground.storage.snapshot()
    lose(ground.head + 2...ground.head + 8, ground.storage)
    let planning = try RecoverRig.plan([ground.storage, copy])
    #expect(planning.plan.losses.isEmpty && planning.plan.head.op == ground.head + 8, "\(planning.plan.losses)")
    lose(ground.head + 1...ground.head + 1, ground.storage)
    #expect(
      try RecoverRig.plan([ground.storage, copy]).plan.losses == [.ops(ground.head + 1...ground.head + 8, .unconnected)]
    )
  }

  @Test("An older copy whose superblocks are gone decides nothing either")
  func olderCopyWithoutSuperblock() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let copy = ground.backups[1].snapshot()
    zeroSuperblocks(copy)
    lose(ground.head - 2...ground.head, ground.storage)
    let plan = try RecoverRig.plan([ground.storage, copy]).plan
    #expect(plan.lostOps == ground.head - 2...ground.head, "\(plan.losses)")
  }

  @Test("A copy that went on by itself until its log had wrapped is not taken for a later state")
  func wrapped() throws {
    let ground = try RecoverGround(seed: 1, more: 7, stop: true)
    let copy = ground.storage.snapshot()
    // Both begin the same term at the same op.
    try use(ground.storage, writes: 5, client: 901)
    try use(copy, writes: 3 * Int(geometry.slotCount), client: 900)
    let refusal = refusal([ground.storage, copy])
    guard case .unconnected(let op, "file 0", "file 1", let checkpoint)? = refusal else {
      Issue.record("not refused as unconnected: \(String(describing: refusal))")
      return
    }
    #expect(op > ground.head && checkpoint > op)
  }

  @Test("A copy that was used by itself while the first file went on is refused, though no op is in both rings")
  func laterTerm() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let copy = ground.backups[1].snapshot()
    try use(copy, writes: 3 * Int(geometry.slotCount), client: 900)
    guard case .diverged(_, "file 0", "file 1")? = refusal([ground.storage, copy]) else {
      Issue.record("not refused as diverged")
      return
    }
  }

  @Test("An entry of the first file counts without its header, and a copy that has another is refused")
  func headersGone() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let copy = ground.backups[1].snapshot()
    let last = try GridRun.start(copy, now: 1 << 40).replica.status.head
    loseHeaders(last...ground.head, ground.storage)
    #expect(try RecoverRig.plan([ground.storage]).plan.losses.isEmpty)
    guard case .diverged(last, "file 0", "file 1")? = refusal([ground.storage, copy]) else {
      Issue.record("not refused as diverged")
      return
    }
  }

  @Test(
    "A whole prepare above a hole shows that the log went on, whatever the superblocks are", arguments: [false, true])
  func aboveHole(isSuperblockGone: Bool) throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let hole = ground.head - 2
    lose(hole...ground.head - 1, ground.storage)
    loseHeaders(ground.head...ground.head, ground.storage)
    if isSuperblockGone { zeroSuperblocks(ground.storage) }
    let files = isSuperblockGone ? [ground.storage, ground.backups[1]] : [ground.storage]
    let plan = try RecoverRig.plan(files).plan
    #expect(plan.lostOps == hole...ground.head, "\(plan.losses)")
    #expect(plan.provenOp == ground.head)
  }

  /// A file that went on for some checkpoints after a copy of it was made, which was used by itself meanwhile, and started as often.
  private func partedWays(
    checkpoints: Int = 3
  ) throws -> (file: MemoryStorage, copy: MemoryStorage, start: UInt64) {
    let ground = try RecoverGround(seed: 2, more: 20, stop: true)
    let copy = ground.storage.snapshot()
    try use(ground.storage, writes: checkpoints * Int(geometry.checkpointInterval), client: 901, now: 1 << 40)
    try use(copy, writes: 3 * Int(geometry.checkpointInterval) / 2, client: 900, now: 1 << 41)
    return (ground.storage, copy, ground.head)
  }

  private func spoilGrid(_ file: MemoryStorage, blocks: UInt64) {
    let start = geometry.blockOffset(address: 1)
    file.zero(start..<start + blocks * UInt64(geometry.blockSize))
  }

  @Test("A checkpoint is refused of which the file names another of the same op, though its log goes further")
  func checkpointOfItsOwn() throws {
    let (file, copy, start) = try partedWays()
    spoilGrid(file, blocks: 400)
    let theirs = try SuperblockDecision(SuperblockSurvey.read(copy)).outcome.get().checkpoint
    let mine = try SuperblockDecision(SuperblockSurvey.read(file)).outcome.get().checkpoint
    #expect(theirs.op > start && theirs.op < mine.op, "a checkpoint of its own, behind the file's")
    guard case .diverged(let op, "file 0", "file 1")? = refusal([file, copy]) else {
      Issue.record("not refused as diverged")
      return
    }
    #expect(op > start && op <= theirs.op)
  }

  @Test("If the file names none that the copy has, the ops within the copy's checkpoint are not called its own")
  func checkpointUnconnected() throws {
    let (file, copy, _) = try partedWays(checkpoints: 5)
    spoilGrid(file, blocks: 400)
    let superblock = try SuperblockDecision(SuperblockSurvey.read(file)).outcome.get()
    let theirs = try SuperblockDecision(SuperblockSurvey.read(copy)).outcome.get().checkpoint
    #expect(superblock.checkpoint.op - UInt64(geometry.checkpointInterval) > theirs.op)
    // Of its entries only those are left that name the checkpoint before the superblock's.
    let head = try #require(Verification.run(file).journal).head.op
    lose(head - UInt64(geometry.slotCount) + 1...superblock.checkpoint.op, file)
    let plan = try RecoverRig.plan([file, copy]).plan
    #expect(plan.checkpointOp == theirs.op)
    #expect(plan.losses.first == .ops(1...plan.head.op, .unconnected), "\(plan.losses)")
  }

  @Test("If nothing is left of the file, nothing shows that what a copy holds was its own")
  func nothingToCompareWith() throws {
    let ground = try RecoverGround(seed: 2, more: 20, stop: false)
    let wiped = MemoryStorage(byteCount: ground.storage.byteCount)
    let plan = try RecoverRig.plan([wiped, ground.backups[1]]).plan
    let head = plan.head.op
    #expect(plan.losses == [.ops(1...head, .unconnected), .ops(head + 1...RecoverLoss.openEnd, .unseen)])
  }
}
