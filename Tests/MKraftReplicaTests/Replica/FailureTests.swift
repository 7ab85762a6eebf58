import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("After a failed transfer a replica never goes on (rules R2 and R9)")
struct FailureTests {
  /// Whatever comes in after the halt, nothing goes out.
  private func expectSilence(_ rig: KeyValueRig, _ what: String) {
    let sent = rig.shell.sent.count
    let outstanding = rig.shell.outstandingCount
    rig.send(.ping())
    rig.send(.get("k"))
    rig.send(TestClient(77).register())
    rig.shell.stop()
    #expect(rig.shell.outstandingCount == outstanding, "\(what): no new transfer")
    rig.shell.completeAll()
    rig.send(.ping(echo: 1))
    #expect(rig.shell.sent.count == sent, "\(what): no message")
    #expect(rig.shell.outstandingCount == 0 && !rig.shell.isStopped, "\(what)")
  }

  private func isWriteError(_ halt: ReplicaHalt?) -> Bool {
    guard case .storage(let error) = halt else { return false }
    return error.operation == .write && error.isDeviceError
  }

  @Test func aPrepareThatCannotBeWritten() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    let offset = rig.geometry.prepareOffset(slot: 3)
    rig.storage.failWrites(offset..<offset + 1)
    let registers = (1...UInt128(4)).map { TestClient($0).register() }
    for message in registers { rig.send(message) }
    // Op 2's prepare and header go well, and so do the others' prepares; op 3's fails.
    rig.complete { $0.offset != offset }
    #expect(rig.shell.sent.map(\.header.op) == [2])
    rig.shell.complete(at: 0)
    #expect(isWriteError(rig.shell.halt), "\(String(describing: rig.shell.halt))")
    expectSilence(rig, "prepare")
    #expect(rig.shell.sent.map(\.header.op) == [2])
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
    // Nothing acknowledged is lost; what was not may be there or not.
    rig.storage.healAll()
    let again = try KeyValueRig(rig.storage)
    #expect(again.shell.isReady && again.status.head >= 2)
  }

  @Test func aHeaderUnitThatCannotBeWritten() throws {
    let rig = try KeyValueRig(try TestFile.format())
    let offset = rig.geometry.offset(of: .walHeaders)
    rig.storage.failWrites(offset..<offset + 4096)
    rig.send(TestClient(1).register())
    rig.send(TestClient(2).register())
    rig.shell.complete(at: 0)
    // While the second prepare is in flight the header write fails.
    rig.complete { $0.offset == offset }
    #expect(isWriteError(rig.shell.halt) && rig.shell.sent.isEmpty && rig.shell.outstandingCount == 1)
    expectSilence(rig, "header")
    rig.storage.healAll()
    #expect(try KeyValueRig(rig.storage).shell.isReady)
  }

  @Test func oneSuperblockCopyIsTolerated() throws {
    for copy in 0..<Superblock.copyCount {
      let storage = try TestFile.format()
      let offset = TestFile.geometry.offset(of: .superblock(copy))
      storage.failWrites(offset..<offset + 16384)
      for start in 1...UInt64(3) {
        let rig = try KeyValueRig(storage)
        #expect(rig.shell.isReady && rig.status.term == start, "copy \(copy), start \(start)")
        #expect(rig.status.unwritableCopies == [copy])
        #expect(try rig.ask(TestClient(UInt128(start)).register()).header.command == .reply)
        if start != 2 { try rig.stop() }
        #expect(rig.status.unwritableCopies == [copy])
        #expect(storage.superblock(copy: copy, rig.geometry)?.sequence == 1, "it stays as it was formatted")
      }
      storage.healAll()
      let rig = try KeyValueRig(storage)
      #expect(rig.status.unwritableCopies.isEmpty)
      #expect(storage.superblock(copy: copy, rig.geometry)?.term == 4)
    }
  }

  @Test func aCopyThatCannotBeReadBackIsTolerated() throws {
    let storage = try TestFile.format()
    let offset = TestFile.geometry.offset(of: .superblock(1))
    storage.failReads(offset..<offset + 1, healsWhenWritten: false)
    let rig = try KeyValueRig(storage)
    #expect(rig.shell.isReady && rig.status.unwritableCopies == [1])
  }

  @Test func twoSuperblockCopiesAreNot() throws {
    for first in 0..<3 {
      for second in first + 1..<4 {
        let storage = try TestFile.format()
        for copy in [first, second] {
          let offset = TestFile.geometry.offset(of: .superblock(copy))
          storage.failWrites(offset..<offset + 1)
        }
        let rings = TestFile.geometry.offset(of: .walHeaders)..<TestFile.geometry.offset(of: .superblock1)
        let before = try storage.fingerprint(of: rings)
        let rig = try KeyValueRig(storage)
        guard case .superblock(verified: 2) = rig.shell.halt else {
          Issue.record("copies \(first) and \(second): \(String(describing: rig.shell.halt))")
          continue
        }
        #expect(!rig.shell.isReady)
        #expect(try storage.fingerprint(of: rings) == before)
        expectSilence(rig, "two copies")
        // The failure passes, and so does the trouble: both states are linked.
        storage.healAll()
        #expect(try KeyValueRig(storage).shell.isReady)
      }
    }
  }

  /// Copy 0 holds the beginning of an update that was never acknowledged, and stays: the next update would be a fork of it.
  @Test func anUnacknowledgedCopyThatStays() throws {
    let cut = try KeyValueRig(try TestFile.format(), starts: false)
    cut.shell.start()
    cut.shell.complete(at: 0)
    let storage = cut.storage.cut { _, _ in false }
    #expect(storage.superblock(copy: 0, TestFile.geometry)?.sequence == 2)
    storage.failWrites(0..<1)
    let before = try storage.fingerprint
    let rig = try KeyValueRig(storage)
    guard case .unacknowledgedCopy(0) = rig.shell.halt else {
      Issue.record("halted: \(String(describing: rig.shell.halt))")
      return
    }
    #expect(try storage.fingerprint == before)
    expectSilence(rig, "unacknowledged copy")
    storage.healAll()
    let again = try KeyValueRig(storage)
    #expect(again.shell.isReady && again.status.superblockUpdates == 2, "the repair, and the term")
  }

  /// A second copy fails at the clean stop: there is no mark, and no word of it.
  @Test func aStopThatCannotBeRecorded() throws {
    let rig = try KeyValueRig(try TestFile.format())
    for copy in [0, 3] {
      let offset = rig.geometry.offset(of: .superblock(copy))
      rig.storage.failWrites(offset..<offset + 1)
    }
    rig.shell.stop()
    rig.shell.completeAll()
    guard case .superblock(verified: 2) = rig.shell.halt else {
      Issue.record("halted: \(String(describing: rig.shell.halt))")
      return
    }
    #expect(!rig.shell.isStopped)
  }

  /// A log of 10 entries, opened, its term taken, and its entries being read back.
  private func replaying() throws -> KeyValueRig {
    let filled = try KeyValueRig(try TestFile.format())
    for id in 1...UInt128(9) { _ = try filled.ask(TestClient(id).register()) }
    let rig = try KeyValueRig(filled.storage, starts: false)
    rig.shell.start()
    let ring = rig.geometry.offset(of: .walPrepares)..<rig.geometry.offset(of: .superblock2)
    while !rig.shell.outstandingRequests.contains(where: { $0.direction == .read && ring.contains($0.offset) }) {
      rig.shell.complete(at: 0)
    }
    return rig
  }

  @Test func anEntryThatChangesBetweenOpeningAndReplay() throws {
    for (op, byte) in [(3, 0), (5, 300), (8, 100), (10, 0)] as [(UInt64, UInt64)] {
      let rig = try replaying()
      // The body of a register is empty: beyond the header there is nothing to damage.
      let isHeader = byte < 256
      rig.storage.flipBit(at: 8 * (rig.geometry.prepareOffset(slot: Int(op)) + byte))
      rig.shell.completeAll()
      guard isHeader else {
        #expect(rig.shell.isReady)
        continue
      }
      guard case .entryDamaged(op: op) = rig.shell.halt else {
        Issue.record("op \(op): \(String(describing: rig.shell.halt))")
        continue
      }
      expectSilence(rig, "entry changed")
      #expect(!rig.shell.isReady)
    }
  }

  @Test func anEntryThatCannotBeReadBack() throws {
    let unreadable = try replaying()
    let offset = unreadable.geometry.prepareOffset(slot: 4)
    unreadable.storage.failReads(offset..<offset + 1)
    unreadable.shell.completeAll()
    guard case .storage(let error) = unreadable.shell.halt else {
      Issue.record("halted: \(String(describing: unreadable.shell.halt))")
      return
    }
    #expect(error.operation == .read && error.isDeviceError)

    let short = try replaying()
    short.storage.truncate(to: short.geometry.prepareOffset(slot: 4) + 512)
    short.shell.completeAll()
    guard case .storage(let error) = short.shell.halt else {
      Issue.record("halted: \(String(describing: short.shell.halt))")
      return
    }
    #expect(error.cause == .shortRead(transferred: 3 * 4096 + 512), "slots 1 to 3, and an atom of slot 4")
    expectSilence(short, "short read")
  }
}
