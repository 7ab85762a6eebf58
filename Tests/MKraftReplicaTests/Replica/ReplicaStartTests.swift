import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

/// From a file to a leader, and back to a file.
@Suite struct ReplicaStartTests {
  @Test func aStartRecordsItsTermAndTheLogItFound() throws {
    let first = try ReplicaRun()
    let session = first.openSession(9)
    let put = try ReplicaRun.request(.put(key: [1], value: [2]), client: 9, session: session, number: 1)
    #expect(first.ask(put)?.header.op == 3, "after the no-op and the session")
    let crashed = first.cut()
    let head = try Opening.read(crashed).journal.head
    #expect(head.op == 3 && head.term == 1)

    let second = try ReplicaRun(on: crashed)
    #expect(second.shell.isReady)
    let superblock = try Opening.read(second.cut()).superblock
    #expect(superblock.sequence == 3, "format, the first start, this one")
    #expect(superblock.term == 2 && superblock.logTerm == 2 && superblock.votedFor == superblock.member)
    #expect(!superblock.isVirgin && superblock.clean == nil)
    #expect(superblock.cut == LogPosition(head) && superblock.commitMax == 3)
    #expect(superblock.suffix.count == 3 && superblock.suffix.last?.checksum == head.checksum)
    #expect(second.shell.replica.status.term == 2 && second.shell.replica.status.head == 4)
  }

  @Test func aCleanStopIsRecordedAndEndsWithTheNextStart() throws {
    let first = try ReplicaRun()
    first.shell.stop()
    first.shell.completeAll()
    #expect(first.shell.isStopped)
    let stopped = try Opening.read(first.cut())
    #expect(stopped.superblock.clean == LogPosition(stopped.journal.head) && stopped.journal.end == .cleanStop)

    let second = try ReplicaRun(on: first.cut())
    #expect(second.openSession(9) == 3, "after two no-ops")
    let crashed = try Opening.read(second.cut())
    #expect(crashed.superblock.clean == nil && crashed.journal.head.op == 3)
  }

  /// A prepare that is durable without its header is kept, and its header is written before anything else.
  @Test func theHeaderOfAKeptPrepareIsWritten() throws {
    let first = try ReplicaRun()
    first.tell(ReplicaRun.register(9))
    first.shell.complete(at: 0)
    let crashed = first.cut()
    let slot = ReplicaRun.geometry.slot(of: 2)
    #expect(try Opening.read(crashed).journal.slots[slot].disposition == .fixed)
    let second = try ReplicaRun(on: crashed)
    #expect(try Opening.read(second.cut()).journal.slots[slot].disposition == .kept)
  }

  @Test func anEntryThatChangedSinceTheOpeningHalts() throws {
    let first = try ReplicaRun()
    #expect(first.openSession(9) == 2)
    let second = try ReplicaRun(opening: first.cut())
    second.shell.storage.flipBit(at: ReplicaRun.geometry.prepareOffset(slot: 2) * 8 + 1000)
    second.shell.start()
    second.shell.completeAll()
    guard case .entryDamaged(op: 2) = second.shell.halt else {
      Issue.record("halted: \(String(describing: second.shell.halt))")
      return
    }
    #expect(!second.shell.isReady)
  }
}
