import MKraftFormat
import MKraftStorage
import Testing

/// Logs by name: without damage, after crashes, and with what only damage explains.
@Suite struct JournalRecoveryTests {
  private func expectServes(
    _ journal: SampleJournal, head: Int, end: JournalDecision.End, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let decision = journal.decide()
    #expect(decision.serves, "\(SampleJournal.faults(decision))", sourceLocation: sourceLocation)
    #expect(decision.head.op == UInt64(head), sourceLocation: sourceLocation)
    #expect(decision.end == end, sourceLocation: sourceLocation)
  }

  // MARK: Whole logs

  @Test func emptyLog() {
    let journal = SampleJournal(head: 0)
    expectServes(journal, head: 0, end: .blank)
    #expect(journal.decide().tailStart == 1)
    #expect(journal.decide().slots.allSatisfy { $0.disposition == .blank })
  }

  @Test func wholeLog() {
    let journal = SampleJournal(head: 20)
    expectServes(journal, head: 20, end: .blank)
    let decision = journal.decide()
    #expect(decision.tailStart == 21 && decision.provenOp == 20)
    // Entry 20 says that 12 is committed.
    #expect(decision.commitMax == 12)
    #expect((1...20).allSatisfy { journal.disposition(decision, $0) == .kept })
  }

  @Test func fullRing() {
    expectServes(SampleJournal(head: 64), head: 64, end: .full)
    expectServes(SampleJournal(head: 104, checkpoint: 40), head: 104, end: .full)
  }

  @Test func bothWrapsInTheRing() {
    for (checkpoint, head) in [(40, 70), (64, 64), (63, 64), (64, 65), (100, 140), (127, 128)] {
      let journal = SampleJournal(head: head, checkpoint: checkpoint)
      expectServes(journal, head: head, end: .blank)
    }
  }

  // MARK: Crashes

  @Test func tornPrepare() {
    for (checkpoint, head) in [(0, 20), (40, 70)] {
      let journal = SampleJournal(head: head, checkpoint: checkpoint)
      journal.putPrepare(journal.next(1)[0])
      journal.damage(.zero, .prepareAtom, head + 1)
      expectServes(journal, head: head, end: .torn)
      #expect(journal.disposition(journal.decide(), head + 1) == .cut)
    }
  }

  @Test func anySubsetOfPreparesInFlight() {
    for (checkpoint, head) in [(0, 20), (40, 70), (40, 60)] {
      for durable in 0..<32 {
        let journal = SampleJournal(head: head, checkpoint: checkpoint)
        for (index, entry) in journal.next(5).enumerated() where durable >> index & 1 == 1 { journal.putPrepare(entry) }
        let run = (~durable).trailingZeroBitCount
        expectServes(journal, head: head + run, end: .blank)
        #expect((0..<run).allSatisfy { journal.disposition(journal.decide(), head + 1 + $0) == .fixed })
      }
    }
  }

  @Test func headerUnitTornAtAtoms() {
    // Entries 21 to 28 are durable, their headers in one unit in flight: atoms of two headers each.
    for atoms in 0..<32 {
      let journal = SampleJournal(head: 20)
      for entry in journal.next(8) {
        journal.putPrepare(entry)
        let atom = journal.slot(Int(entry.header.op)) / 2 - 10
        if atoms >> atom & 1 == 1 { journal.putHeader(entry.header) }
      }
      expectServes(journal, head: 28, end: .blank)
    }
  }

  @Test func crashBetweenSuperblockAndHeadersOfAStart() {
    let journal = SampleJournal(head: 20)
    let next = journal.next(3)
    for entry in next { journal.putPrepare(entry) }
    journal.superblock = journal.superblock.started(on: journal.headers + next.map(\.header))
    expectServes(journal, head: 23, end: .blank)
    // What the superblock says is in the log is lost now if its prepare rots.
    journal.zeroPrepare(22)
    #expect(journal.faults() == ["22 entry-lost"])
  }

  @Test func leftoverOfAnEarlierTermAboveTheCut() {
    let journal = SampleJournal(head: 20)
    let leftovers = journal.next(3)
    // 21 was torn; 22 and 23 were durable, and given up with it by the start of term 2.
    journal.putPrepare(leftovers[1])
    journal.putPrepare(leftovers[2])
    journal.superblock = journal.superblock.started(on: journal.headers)
    expectServes(journal, head: 20, end: .blank)
    let noop = SampleEntry(after: journal.header(20), term: 2, operation: .noop)
    journal.put(noop)
    expectServes(journal, head: 21, end: .blank)
    // Even with its header in the ring, as one of several may have it: it is void.
    journal.putHeader(leftovers[1].header)
    expectServes(journal, head: 21, end: .blank)
  }

  @Test func leftoverOfThisTermIsNoChild() {
    let journal = SampleJournal(head: 20)
    let other = SampleEntry(after: journal.header(19), term: 1, body: [1])
    journal.putPrepare(SampleEntry(after: other.header, term: 1))
    expectServes(journal, head: 20, end: .unchained)
    // Unless something shows that the log went on.
    journal.superblock = journal.superblock.updated { $0.commitMax = 21 }
    #expect(journal.faults() == ["21 chain-broken"])
  }

  // MARK: Vacated slots

  @Test func damagedHeaderAtTheEndIsGivenUpAndStaysSo() {
    let journal = SampleJournal(head: 20)
    journal.zeroHeader(21)
    expectServes(journal, head: 20, end: .vacant)
    #expect(journal.disposition(journal.decide(), 21) == .vacated)
    journal.superblock = journal.superblock.started(on: journal.headers)
    journal.storage.put(
      PrepareHeader.placeholder(.unknown, slot: 21, cluster: SampleFile.cluster),
      at: journal.geometry.headerOffset(slot: 21))
    expectServes(journal, head: 20, end: .blank)
    // A prepare in flight there is torn, or durable.
    let noop = SampleEntry(after: journal.header(20), term: 2, operation: .noop)
    journal.putPrepare(noop)
    expectServes(journal, head: 21, end: .blank)
    journal.damage(.zero, .prepareAtom, 21)
    expectServes(journal, head: 20, end: .torn)
  }

  @Test func unknownHeaderBelowTheCutIsNotGivenUp() {
    let journal = SampleJournal(head: 20)
    journal.superblock = journal.superblock.started(on: journal.headers)
    journal.storage.put(
      PrepareHeader.placeholder(.unknown, slot: 18, cluster: SampleFile.cluster),
      at: journal.geometry.headerOffset(slot: 18))
    expectServes(journal, head: 20, end: .blank)
    #expect(journal.disposition(journal.decide(), 18) == .fixed)
    // Nor does it open the tail: what is damaged above is not taken for torn.
    let noop = SampleEntry(after: journal.header(20), term: 2, operation: .noop)
    journal.put(noop)
    journal.zeroHeader(21)
    journal.zeroPrepare(21)
    #expect(journal.faults() == ["21 head-undecidable"])
    journal.zeroPrepare(18)
    #expect(journal.faults().first == "18 entry-lost")
  }

  // MARK: One fault

  @Test func rottenPrepare() {
    for op in [1, 12, 20] {
      let journal = SampleJournal(head: 20)
      journal.damage(.garbage, .prepareAtom, op)
      let decision = journal.decide()
      #expect(SampleJournal.faults(decision) == ["\(op) prepare-corrupt"])
      #expect(decision.head.op == UInt64(op - 1))
      #expect(decision.faults.first?.expected == journal.header(op).checksum)
      #expect(decision.faults.first?.slot == op)
    }
  }

  /// The header of the prepare is whole: only the body's own checksum shows it.
  @Test func rottenBody() {
    let journal = SampleJournal(head: 20)
    let last = journal.geometry.prepareOffset(slot: 12) + UInt64(journal.header(12).size) - 1
    #expect(journal.header(12).bodyByteCount > 0)
    journal.storage.flipBit(at: last * 8)
    #expect(journal.faults() == ["12 prepare-corrupt"])
  }

  /// Op, term, timestamp and commit stamp would do: only the parent shows that the entry follows another one of op 20.
  @Test func childOfAnotherEntry() {
    let tail = SampleJournal(head: 20)
    let other = SampleEntry(after: tail.header(19), term: 1, commit: tail.header(20).commit, body: [1])
    #expect(other.header.checksum != tail.header(20).checksum && other.header.timestamp == tail.header(20).timestamp)
    let stray = SampleEntry(after: other.header, term: 1)
    tail.putPrepare(stray)
    let decision = tail.decide()
    #expect(decision.serves && decision.head.op == 20 && decision.end == .unchained)
    #expect(tail.disposition(decision, 21) == .cut)

    let log = SampleJournal(head: 20)
    log.put(stray)
    #expect(log.faults() == ["21 chain-broken"])
  }

  @Test func rottenOrLostHeader() {
    for op in [1, 12, 20] {
      for kind in [FaultAtRest.Kind.zero, .flip, .garbage, .unreadable, .stale] {
        let journal = SampleJournal(head: 20)
        journal.damage(kind, .header, op)
        let end: JournalDecision.End = kind == .unreadable && op > 15 ? .vacant : .blank
        expectServes(journal, head: 20, end: end)
        #expect(journal.disposition(journal.decide(), op) == .fixed)
      }
    }
  }

  @Test func headerUnitGarbage() {
    for head in [15, 16, 20, 31, 32, 40] {
      let journal = SampleJournal(head: head)
      journal.damage(.garbage, .headerUnit, 16)
      let isEndInside = (15..<31).contains(head)
      expectServes(journal, head: head, end: isEndInside ? .vacant : .blank)
    }
  }

  @Test func headerUnitGarbageAndPreparesInFlight() {
    // 21 durable: kept. 22 torn: whether it had been acknowledged cannot be told.
    let journal = SampleJournal(head: 20)
    let next = journal.next(3)
    journal.putPrepare(next[0])
    journal.damage(.garbage, .headerUnit, 16)
    expectServes(journal, head: 21, end: .vacant)
    journal.putPrepare(next[1])
    journal.damage(.zero, .prepareAtom, 22)
    #expect(journal.faults() == ["22 head-undecidable"])
    // 22 not written, 23 durable: 23 may have been acknowledged, then 22 was, and its prepare is lost.
    let other = SampleJournal(head: 20)
    other.putPrepare(next[0])
    other.putPrepare(next[2])
    other.damage(.garbage, .headerUnit, 16)
    #expect(other.faults() == ["22 entry-lost"])
    #expect(other.disposition(other.decide(), 23) == .fixed)
  }

  @Test func lostWriteOfAPrepare() {
    for (checkpoint, head) in [(0, 20), (40, 104), (40, 70)] {
      let journal = SampleJournal(head: head, checkpoint: checkpoint)
      // The slot shows what stood there before: blank, or the entry of the wrap before.
      if head > 64 {
        journal.storage.replace(
          at: journal.geometry.prepareOffset(slot: journal.slot(head)), with: journal.entry(head - 64).image)
      } else {
        journal.damage(.stale, .prepare, head)
      }
      #expect(journal.faults() == ["\(head) prepare-missing"])
    }
  }

  @Test func misdirectedPrepare() {
    let journal = SampleJournal(head: 20)
    // The write of 10 went to the slot of 15.
    journal.storage.replace(at: journal.geometry.prepareOffset(slot: 15), with: journal.entry(10).image)
    journal.damage(.stale, .prepare, 10)
    #expect(journal.faults() == ["10 prepare-missing", "15 prepare-corrupt"])
    // To a slot that holds nothing: no harm there.
    let other = SampleJournal(head: 20)
    other.storage.replace(at: other.geometry.prepareOffset(slot: 30), with: other.entry(10).image)
    expectServes(other, head: 20, end: .blank)
  }

  @Test func misdirectedHeadersAreDamage() {
    let journal = SampleJournal(head: 20)
    journal.damage(.swap, .header, 7)
    expectServes(journal, head: 20, end: .blank)
    #expect(journal.disposition(journal.decide(), 7) == .fixed && journal.disposition(journal.decide(), 8) == .fixed)
  }

  @Test func twoEntriesOfOneOp() {
    let journal = SampleJournal(head: 20)
    journal.putPrepare(SampleEntry(after: journal.header(9), term: 1, body: [9]))
    #expect(journal.faults() == ["10 entries-disagree"])
  }

  @Test func anotherEntryThanTheSuperblockNames() {
    let journal = SampleJournal(head: 20)
    journal.superblock = journal.superblock.started(on: journal.headers)
    journal.put(SampleEntry(after: journal.header(19), term: 1, body: [1]))
    let decision = journal.decide()
    #expect(SampleJournal.faults(decision) == ["20 entry-unexpected"])
    #expect(decision.faults.first?.expected == journal.header(20).checksum)
  }

  // MARK: The superblock and the log do not belong together

  @Test func rolledBackSuperblock() {
    let journal = SampleJournal(head: 20)
    journal.put(SampleEntry(after: journal.header(20), term: 2, operation: .noop))
    #expect(journal.faults() == ["21 superblock-stale"])
    // Of an earlier checkpoint: the ring holds ops beyond its reach.
    let wrapped = SampleJournal(head: 70, checkpoint: 40)
    wrapped.superblock = SampleJournal(head: 0).superblock
    #expect(wrapped.faults().prefix(2) == ["1 superblock-stale", "2 superblock-stale"])
    #expect(!wrapped.decide().serves)
  }

  @Test func oldLogRestored() {
    let journal = SampleJournal(head: 20)
    let newer = SampleJournal(head: 30)
    journal.superblock = newer.superblock.started(on: newer.headers)
    let decision = journal.decide()
    #expect(SampleJournal.faults(decision) == (21...30).map { "\($0) entry-lost" })
    #expect(decision.faults.first?.expected == newer.header(21).checksum)
  }

  @Test func commitMaxNotReached() {
    let journal = SampleJournal(head: 20)
    journal.superblock = journal.superblock.updated { $0.commitMax = 21 }
    #expect(journal.faults() == ["21 entry-lost"])
    // Nor by a whole ring.
    let full = SampleJournal(head: 64)
    full.superblock = full.superblock.updated { $0.commitMax = 65 }
    #expect(full.faults() == ["65 entry-lost"])
    #expect(full.disposition(full.decide(), 1) == .kept)
  }

  @Test func commitStampNotReached() {
    // Entry 30 says that 22 is committed, and nothing between is there.
    let journal = SampleJournal(head: 20)
    journal.putPrepare(journal.next(10)[9])
    #expect(journal.decide().commitMax == 22)
    #expect(journal.faults() == ["21 entry-lost", "22 entry-lost"])
  }

  // MARK: Clean mark

  private func stopped(_ journal: SampleJournal) -> SampleJournal {
    let head = journal.header(journal.head)
    journal.superblock = journal.superblock.updated { $0.clean = LogPosition(head) }
    return journal
  }

  @Test func cleanStop() {
    expectServes(stopped(SampleJournal(head: 20)), head: 20, end: .cleanStop)
    expectServes(stopped(SampleJournal(head: 64)), head: 64, end: .full)
  }

  @Test func cleanStopMakesABadPrepareRot() {
    let journal = stopped(SampleJournal(head: 20))
    journal.damage(.stale, .header, 20)
    expectServes(journal, head: 20, end: .cleanStop)
    journal.zeroPrepare(20)
    // Without the mark this would be a torn tail.
    #expect(journal.faults() == ["20 entry-lost"])
  }

  @Test func cleanStopDecidesWhatElseCannotBe() {
    let journal = SampleJournal(head: 20)
    journal.zeroHeader(21)
    journal.zeroPrepare(21)
    #expect(journal.faults() == ["21 head-undecidable"])
    expectServes(stopped(journal), head: 20, end: .cleanStop)
  }

  @Test func entryAboveTheCleanMark() {
    let journal = stopped(SampleJournal(head: 20))
    journal.put(journal.next(1)[0])
    #expect(journal.faults() == ["21 superblock-stale"])
  }

  @Test func voidHeaderAboveTheCleanMarkIsNoContradiction() {
    let journal = SampleJournal(head: 20)
    let void = journal.next(3)[2]
    journal.superblock = journal.superblock.started(on: journal.headers)
    journal.put(void)
    expectServes(stopped(journal), head: 20, end: .cleanStop)
  }

  // MARK: Several faults

  @Test func bothRingsDamagedInTheMiddle() {
    let journal = SampleJournal(head: 20)
    journal.zeroHeader(10)
    journal.zeroPrepare(10)
    let decision = journal.decide()
    #expect(SampleJournal.faults(decision) == ["10 entry-lost"])
    #expect(decision.head.op == 9)
    #expect((11...20).allSatisfy { journal.disposition(decision, $0) == .kept })
  }

  @Test func bothRingsDamagedAtTheHead() {
    let journal = SampleJournal(head: 20)
    journal.zeroHeader(20)
    journal.zeroPrepare(20)
    let decision = journal.decide()
    #expect(SampleJournal.faults(decision) == ["20 head-undecidable"])
    #expect(decision.head.op == 19)
    // The superblock decides it, if it names the entry.
    journal.superblock = journal.superblock.started(on: journal.headers)
    #expect(journal.faults() == ["20 entry-lost"])
  }

  @Test func severalRottenPreparesAreAllNamed() {
    let journal = SampleJournal(head: 20)
    for op in [3, 9, 20] { journal.zeroPrepare(op) }
    #expect(journal.faults() == ["3 prepare-corrupt", "9 prepare-corrupt", "20 prepare-corrupt"])
  }

  @Test func everythingZeroed() {
    let journal = SampleJournal(head: 20)
    for op in 0..<64 {
      journal.zeroHeader(op)
      journal.zeroPrepare(op)
    }
    let decision = journal.decide()
    #expect(decision.faultCount == 64 && decision.faults.allSatisfy { $0.kind == .headUndecidable })
  }

  @Test func fileEndsInsideTheRings() {
    let journal = SampleJournal(head: 20)
    journal.storage.truncate(to: journal.geometry.prepareOffset(slot: 19) + 128)
    #expect(journal.faults() == ["19 prepare-corrupt", "20 prepare-corrupt"])
    journal.storage.truncate(to: 0)
    #expect(journal.decide().faultCount == 64)
  }
}
