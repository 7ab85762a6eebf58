import MKraftFormat
import MKraftStorage
import Testing

/// What is drawn together, and what is not. That the decision stays the same is checked wherever one is made
/// (`JournalByRuns.check`).
@Suite struct EntryRunTests {
  /// The ops of each run, and each slot that stands by itself by its op.
  private func shape(_ journal: SampleJournal, upTo limit: UInt64 = .max) -> [ClosedRange<UInt64>] {
    var op = journal.superblock.checkpoint.op + 1
    return JournalByRuns.parts(journal.storage, journal.superblock, upTo: limit).map { part in
      let count =
        switch part {
        case .run(let run): UInt64(run.slots.count)
        case .slot: UInt64(1)
        }
      defer { op += count }
      return op...op + count - 1
    }
  }

  private func journal(head: Int, _ change: (inout Superblock) -> Void = { _ in }) -> SampleJournal {
    let journal = SampleJournal(head: head)
    journal.superblock = journal.superblock.updated(change)
    return journal
  }

  private func single(_ ops: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] { ops.map { $0...$0 } }

  @Test func aFullLogIsOneRun() throws {
    let journal = SampleJournal(head: 64)
    // The ring wraps between op 63 and op 64.
    #expect(shape(journal) == [1...63, 64...64])
    let parts = JournalByRuns.parts(journal.storage, journal.superblock)
    guard case .run(let run) = try #require(parts.first) else {
      Issue.record("the entries are not drawn together")
      return
    }
    #expect(run.first == journal.header(1) && run.last == journal.header(63) && run.slots == 1..<64)
    #expect(run.entryBytes == (1...63).reduce(0) { $0 + UInt64(journal.header($1).size) })
  }

  @Test func blankSlotsStandByThemselves() {
    #expect(shape(SampleJournal(head: 20)) == [1...20] + single(21...64))
  }

  @Test func whatIsDamagedStandsByItself() {
    for damage in [SampleJournal.zeroHeader, SampleJournal.zeroPrepare] {
      let journal = SampleJournal(head: 64)
      damage(journal)(30)
      #expect(shape(journal) == [1...29, 30...30, 31...63, 64...64])
    }
  }

  @Test func whatDoesNotFollowBeginsAnother() {
    let journal = SampleJournal(head: 40)
    // Whole, in both rings, and the child of nobody: so is its successor then.
    var stranger = journal.header(30)
    stranger.parent = 7
    stranger.seal()
    journal.storage.put(stranger, at: journal.geometry.headerOffset(slot: 30))
    journal.storage.put(stranger, at: journal.geometry.prepareOffset(slot: 30))
    #expect(shape(journal) == [1...29, 30...30, 31...40] + single(41...64))
    JournalByRuns.check(journal.decide(), journal.storage, journal.superblock)
  }

  @Test func whatTheSuperblockNamesStandsByItself() {
    let cut = journal(head: 63) { $0.cut = LogPosition(SampleJournal(head: 63).header(10)) }
    #expect(shape(cut) == [1...9, 10...10, 11...63, 64...64])
    let clean = journal(head: 63) { $0.clean = LogPosition(SampleJournal(head: 63).header(60)) }
    #expect(shape(clean) == [1...59] + single(60...64))
  }

  @Test func aTermThatTheSuperblockRulesOut() {
    // Void above the cut, and ahead of the superblock.
    let void = journal(head: 63) {
      $0.term = 5
      $0.logTerm = 5
    }
    #expect(shape(void) == single(1...64))
    let behind = SampleJournal(head: 63)
    behind.superblock = SampleFile.superblock()
    #expect(shape(behind) == single(1...64))
  }

  @Test func nothingAboveTheLimit() {
    #expect(shape(SampleJournal(head: 63), upTo: 40) == [1...40] + single(41...64))
    #expect(shape(SampleJournal(head: 63), upTo: 0) == single(1...64))
  }

  /// What cannot be read is narrowed down, and the rest is still drawn together.
  @Test func besideWhatCannotBeRead() {
    let journal = SampleJournal(head: 63)
    let geometry = journal.geometry
    journal.storage.failReads(geometry.prepareOffset(slot: 30)..<geometry.prepareOffset(slot: 30) + 512)
    let decision = journal.decide()
    #expect(decision.faults.map(\.op) == [30])
  }

  @Test func aRunOfAnotherLogIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let journal = SampleJournal(head: 63)
      guard case .run(let run) = JournalByRuns.parts(journal.storage, journal.superblock).first else { return }
      var recovery = JournalRecovery(SampleFile.superblock(), provenOp: 0)
      recovery.add(run)
    }
  }
}
