import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

@Suite struct ItemExplanationTests {
  private func explain(_ item: ExplainedItem, _ file: SampleFile) throws -> ItemExplanation {
    try ItemExplanation.read(file.storage, item, file.options)
  }

  @Test func tellsWhyASlotIsLost() throws {
    let file = try SampleFile()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
    let explanation = try explain(.slot(5), file)
    #expect(explanation.findings.map(\.kind) == [.walPrepareCorrupt] && explanation.exitCode == .restorable)
    let reasons = explanation.reasons.joined(separator: "; ")
    for words in [
      "op 5 is 5 above the checkpoint", "row prepare-corrupt of the recovery table", "a replica alone decides lost",
      "refuses to start: prepare-corrupt", "the body is not the one it names",
    ] {
      #expect(reasons.contains(words), "\(words) in \(reasons)")
    }
    #expect(explanation.otherCount == 0 && !explanation.hasOtherConcern)
    // Its neighbour is whole, and something else is wrong.
    let neighbour = try explain(.op(6), file)
    #expect(neighbour.findings == [] && neighbour.exitCode == .sound)
    #expect(neighbour.otherCount == 1 && neighbour.hasOtherConcern)
    guard case .slot(let slot) = neighbour.detail else { return #expect(Bool(false), "a slot") }
    #expect(slot.row.rule.name == "intact" && slot.row.disposition == .kept)
  }

  /// What a verification finds at an item is what touches it, and nothing else.
  @Test func findingsAreThoseOfTheItem() throws {
    let sample = try SampleFile()
    for scenario in Scenario.all {
      let file = SampleFile(copying: sample)
      scenario.damage(file)
      let whole = file.verify()
      for slot in Set(whole.findings.filter { $0.zone == .walHeaders || $0.zone == .walPrepares }.compactMap(\.slot)) {
        let expected = whole.findings.filter { $0.slot == slot && $0.zone != .replies }.map(\.kind)
        let found = try explain(.slot(slot), file).findings.filter { $0.kind != .rangeUnreadable }.map(\.kind)
        #expect(found == expected, "\(scenario.name), slot \(slot)")
      }
      for copy in 0..<Superblock.copyCount where whole.superblock != nil {
        let expected = whole.findings.filter { $0.copy == copy }.map(\.kind)
        let found = try explain(.superblock(copy), file).findings.map(\.kind)
        #expect(Set(found).isSuperset(of: expected), "\(scenario.name), copy \(copy): \(found)")
      }
    }
  }

  /// A finding about bytes touches what stands in them, whether it names the item or not.
  @Test func bytesTouchWhatStandsInThem() throws {
    let file = try SampleFile()
    file.storage.failReads(file.prepareRange(5, count: 512))
    #expect(try explain(.slot(5), file).findings.map(\.kind) == [.walPrepareCorrupt, .rangeUnreadable])
    #expect(try explain(.slot(6), file).findings == [])
  }

  @Test func tellsOfABlockWhatRefersToIt() throws {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    let map = try GridMap(run.storage)
    func block(_ address: UInt64, _ storage: MemoryStorage) throws -> (BlockExplanation, ItemExplanation) {
      let explanation = try ItemExplanation.read(storage, .block(address), Verification.Options())
      guard case .block(let block) = explanation.detail else { preconditionFailure("a block was asked for") }
      return (block, explanation)
    }
    for role in [GridMap.Role.leaf, .inner, .value] {
      let address = map.blocks(role)[1]
      let (found, explanation) = try block(address, run.storage)
      #expect(found.use == .tree && found.defect == nil && explanation.exitCode == .sound, "\(role)")
      #expect(found.referrer?.block == map.referrers[address], "\(role)")
      #expect(found.referrer?.expected == map.references[address]?.checksum, "\(role)")
      #expect((found.referrer?.key != nil) == (role == .value) && (found.referrer?.keys == nil) == (role == .value))
    }
    #expect(try block(map.superblock.checkpoint.treeRoot.address, run.storage).0.referrer?.block == nil)
    #expect(try block(map.blocks(.released)[0], run.storage).0.use == .released)
    #expect(try block(map.blocks(.sessions)[0], run.storage).0.use == .checkpoint)
    let free = try #require((1...512).first { map.roles[$0] == nil })
    #expect(try block(free, run.storage).0.use == .free)
    // The key of a value is told though the value is gone.
    let value = map.blocks(.value)[0]
    let storage = run.storage.snapshot()
    storage.zero(map.range(value))
    let (gone, explanation) = try block(value, storage)
    #expect(gone.referrer?.key.map { run.pairs[$0] != nil } == true && gone.header == nil)
    #expect(explanation.findings.map(\.kind) == [.blockCorrupt] && explanation.exitCode == .restorable)
  }

  @Test func tellsOfOpsInTheCheckpointAndBeyond() throws {
    let run = try GridRun()
    try run.run(checkpoints: 2, more: 2)
    let checkpoint = run.checkpointOp
    let old = try ItemExplanation.read(run.storage, .op(checkpoint), Verification.Options())
    #expect(old.reasons.first?.contains("is in the checkpoint of op \(checkpoint)") == true, "\(old.reasons)")
    #expect(old.reasons.first?.hasSuffix("and still holds it") == true, "\(old.reasons)")
    let head = run.shell.replica.status.head
    let slots = UInt64(GridRun.geometry.slotCount)
    let gone = try ItemExplanation.read(run.storage, .op(head - slots), Verification.Options())
    #expect(gone.reasons.first?.hasSuffix("holds the entry of op \(head)") == true, "\(gone.reasons)")
    let ahead = try ItemExplanation.read(run.storage, .op(head + 1), Verification.Options())
    let words = "op \(head + 1) is not in the log, whose head is op \(head); its slot holds the entry of op "
    #expect(ahead.reasons.first == words + "\(head + 1 - slots)", "\(ahead.reasons)")
    let last = try ItemExplanation.read(run.storage, .op(head), Verification.Options())
    #expect(last.reasons.first?.hasPrefix("op \(head) is \(head - checkpoint) above the checkpoint") == true)
    #expect(throws: ItemExplanation.Refusal.self) {
      try ItemExplanation.read(run.storage, .op(checkpoint + 1000), Verification.Options())
    }
    let reply = try ItemExplanation.read(run.storage, .reply(0), Verification.Options())
    #expect(reply.findings == [] && reply.reasons.count == 3, "\(reply.reasons)")
  }

  /// A blank slot below what the log is known to have reached: by what that is known is said, and nothing that contradicts it.
  @Test func tellsWhatKnowsOfAnEntryThatIsGone() throws {
    func explain(_ op: UInt64, _ storage: MemoryStorage) throws -> (SlotExplanation, ItemExplanation) {
      let explanation = try ItemExplanation.read(storage, .op(op), Verification.Options())
      guard case .slot(let slot) = explanation.detail else { preconditionFailure("a slot was asked for") }
      return (slot, explanation)
    }
    func check(_ slot: SlotExplanation, _ knows: String) {
      let reasons = slot.reasons.joined(separator: "\n")
      #expect(slot.isContradicted && slot.inspection.isStartRefused, "\(reasons)")
      #expect(reasons.contains(knows), "\(reasons)")
      #expect(!reasons.contains("nothing was acknowledged"), "\(reasons)")
      #expect(!reasons.contains("the log ends before it"), "\(reasons)")
      #expect(slot.nackWords.hasPrefix("not here") && slot.decisionWords.hasPrefix("by the slot alone"))
      #expect(slot.outcomeWords.contains("a replica refuses to start"), "\(slot.outcomeWords)")
    }
    // A reply of a later op.
    let file = try RolledBackLog()
    let (slot, explanation) = try explain(file.head + 1, file.storage)
    check(slot, "reply slot \(file.newest.slot) holds the reply of that op")
    #expect(slot.reasons.contains { $0.contains("a replica refuses the file") && $0.contains("reply-ahead") })
    #expect(explanation.exitCode == .lost && explanation.findings.first?.kind == .replyAhead)
    #expect(explanation.otherCount == explanation.report.findingCount - explanation.report.findings.count)
    let (sound, older) = try explain(file.head + 1, file.older)
    #expect(!sound.isContradicted && older.exitCode == .sound && older.findings == [])
    #expect(sound.reasons.contains { $0.contains("nothing was acknowledged") }, "\(sound.reasons)")
    // A superblock copy of an update that was begun.
    let run = try GridRun()
    try run.run(checkpoints: 2, more: 3)
    let (storage, head) = (run.storage.snapshot(), run.checkpointOp + 3)
    try run.run(checkpoints: 3)
    let start = GridRun.geometry.offset(of: .superblock(0))
    storage.replace(
      at: start, with: try GridMap.bytes(run.storage, start..<start + UInt64(Superblock.byteCount)))
    let opening = SuperblockDecision(SuperblockSurvey.read(storage))
    try #require(opening.provenOp > head)
    let sequence = try #require(opening.chosen?.sequence) + 1
    let (gone, _) = try explain(head + 1, storage)
    check(gone, "one update ahead, of sequence \(sequence), says that it had been committed")
    #expect(gone.reasons.contains { $0.contains("refuses to start: entry-lost") }, "\(gone.reasons)")
  }

  /// Without any superblock only copy 0 has a place, and no damage traps.
  @Test func goesOnWithoutASuperblock() throws {
    let file = try SampleFile()
    for copy in 0..<Superblock.copyCount { file.garbage(file.range(copy)) }
    #expect(try explain(.superblock(0), file).findings.map(\.kind).contains(.superblockNotFound))
    for item in [ExplainedItem.superblock(1), .slot(1), .op(1), .reply(0), .block(1)] {
      #expect(throws: ItemExplanation.Refusal.placeUnknown) { try explain(item, file) }
    }
  }

  @Test func whatThereIsNot() throws {
    let file = try SampleFile()
    for item in [
      ExplainedItem.superblock(4), .superblock(-1), .slot(64), .slot(-1), .reply(99), .block(0), .block(.max),
    ] {
      let error = #expect(throws: ItemExplanation.Refusal.self) { try explain(item, file) }
      guard case .notThere(let choices) = error else { return #expect(Bool(false), "\(item)") }
      #expect(!choices.isEmpty)
    }
  }

  /// Damage of all sorts: every item is explained, and none traps.
  @Test func noDamageTraps() throws {
    let sample = try SampleFile()
    for seed in UInt64(0)..<40 {
      var generator = SplitMix64(seed: seed)
      let file = SampleFile(copying: sample)
      for _ in 0..<6 {
        let start = UInt64.random(in: 0..<file.storage.byteCount - 8192, using: &generator)
        let places = [start, file.home(Int(seed % 4)), file.headerRange(5).lowerBound, file.prepareRange(5).lowerBound]
        let place = places.randomElement(using: &generator) ?? start
        file.storage.garbage(place..<place + UInt64.random(in: 1...4096, using: &generator), using: &generator)
      }
      if seed % 5 == 0 {
        file.storage.truncate(to: UInt64.random(in: 0..<file.storage.byteCount, using: &generator))
      }
      for item in [ExplainedItem.superblock(0), .superblock(2), .slot(5), .op(7), .op(0), .reply(1), .block(1)] {
        guard let explanation = try? explain(item, file) else { continue }
        #expect(!explanation.reasons.isEmpty, "seed \(seed)")
      }
    }
  }
}
