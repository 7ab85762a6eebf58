import MKraftFormat
import MKraftStorage
import Testing

/// Right checksums over absurd contents: refused, never a trap.
@Suite struct JournalHostileTests {
  private static let limit = PrepareHeader.numberLimit

  private func forged(_ change: (inout PrepareHeader) -> Void) -> PrepareHeader {
    var header = SampleJournal(head: 20).header(20)
    change(&header)
    header.seal()
    return header
  }

  @Test func numbersNearTheEnd() {
    for op in [UInt64.max, UInt64.max - 44, Self.limit, Self.limit - 44, Self.limit / 2 + 20] {
      for term in [UInt64(1), 2, UInt64.max, Self.limit, Self.limit - 1] {
        let header = forged {
          $0.op = op
          $0.term = term
          $0.commit = op - 1
          $0.timestamp = term
        }
        let slot = SampleFile.geometry.slot(of: op)
        for isInBoth in [false, true] {
          let journal = SampleJournal(head: 20)
          journal.storage.put(header, at: journal.geometry.headerOffset(slot: slot))
          if isInBoth { journal.storage.put(header, at: journal.geometry.prepareOffset(slot: slot)) }
          _ = journal.decide()
        }
      }
    }
  }

  @Test func superblockNumbersNearTheEnd() {
    for number in [UInt64.max, Self.limit, Self.limit - 1, Self.limit >> 20] {
      let checkpoint = forged {
        $0.op = number
        $0.commit = number - 1
      }
      let superblock = SampleJournal(head: 20).superblock.updated { next in
        next.checkpoint.header = checkpoint
        next.checkpoint.seal()
        next.commitMax = number
      }
      let decoded = try? Superblock(decoding: superblock.image(copy: 0).bytes)
      // From 2^63 on no structure is valid; below, every sum has room.
      #expect((decoded == nil) == (number >= Self.limit))
      // Every entry there is lies below the checkpoint then, and the log is empty.
      guard let decoded else { continue }
      #expect(JournalScan.run(SampleJournal(head: 20).storage, decoded, provenOp: 0).head.op == number)
    }
  }

  @Test func proofsBeyondAnyLog() {
    for number in [Self.limit - 1, 1000, 65] {
      let journal = SampleJournal(head: 20)
      let before = journal.superblock
      journal.superblock = before.updated { $0.commitMax = number }
      #expect(journal.decide().faultCount == 44)
      journal.superblock = before.updated { $0.cut.op = number }
      #expect(!journal.decide().serves)
      journal.superblock = before.updated { $0.clean = LogPosition(op: number, term: 1, checksum: 1) }
      #expect(!journal.decide().serves)
    }
  }

  @Test func sizesBeyondTheSlot() {
    let journal = SampleJournal(head: 20)
    let header = forged { $0.size = 1 << 20 }
    journal.putHeader(header)
    // Damaged by itself: the entry's own header stands in the prepare ring.
    #expect(journal.decide().serves)
    journal.storage.put(header, at: journal.geometry.prepareOffset(slot: 20))
    #expect(journal.faults() == ["20 head-undecidable"])
  }

  @Test func foreignClusterIsDamage() {
    let journal = SampleJournal(head: 20)
    let header = forged { $0.cluster += 1 }
    journal.putHeader(header)
    #expect(journal.decide().serves)
  }

  @Test func garbageRings() {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      let journal = SampleJournal(head: 50, checkpoint: 10)
      for _ in 0..<200 {
        FaultAtRest(using: &random).apply(to: journal.storage, past: SampleFile.format(), using: &random)
      }
      let decision = journal.decide()
      #expect(decision.slots.count == 64 && decision.head.op <= 74, "seed \(seed)")
    }
  }
}
