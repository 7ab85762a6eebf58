import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

/// What clients may rely on, request by request.
@Suite struct ReplicaRequestTests {
  private func put(_ value: UInt8, _ session: UInt64, _ number: UInt64) throws -> (MessageHeader, [UInt8]) {
    try ReplicaRun.request(.put(key: [1], value: [value]), client: 9, session: session, number: number)
  }

  @Test func nothingIsAcknowledgedBeforeItsHeaderIsDurable() throws {
    let run = try ReplicaRun()
    run.tell(ReplicaRun.register(9))
    #expect(run.shell.sent.isEmpty && run.shell.outstandingCount == 1, "the prepare")
    run.shell.complete(at: 0)
    #expect(run.shell.sent.isEmpty && run.shell.outstandingCount == 1, "the header")
    run.shell.complete(at: 0)
    #expect(run.shell.sent.map(\.header.op) == [2] && run.shell.outstandingCount == 0)
  }

  @Test func aRepeatedRequestIsAnsweredFromWhatWasStored() throws {
    let run = try ReplicaRun()
    let session = run.openSession(9)
    let swap = try ReplicaRun.request(
      .compareAndSet(key: [1], expected: nil, value: [1]), client: 9, session: session, number: 1)
    let first = try #require(run.ask(swap))
    #expect(first.header.command == .reply && first.header.op == 3)
    let again = try #require(run.ask(swap))
    #expect(again.header.command == .reply && again.header.op == 3 && again.body == first.body)
    #expect(again.header.timestamp == first.header.timestamp)
    #expect(run.shell.replica.status.head == 3, "no entry for the second")
    // Another request under the same number is no repetition, and an older number is too late.
    #expect(try run.ask(put(5, session, 1))?.header.status == Refusal.requestMismatch.rawValue)
    #expect(try run.ask(put(5, session, 2))?.header.op == 4)
    #expect(run.ask(swap)?.header.status == Refusal.requestStale.rawValue)
  }

  @Test func aRequestOfAnotherSessionTakesNoOp() throws {
    let run = try ReplicaRun()
    let session = run.openSession(9)
    let answer = try run.ask(put(1, session + 1, 1))
    #expect(answer?.header.status == Refusal.sessionUnknown.rawValue)
    #expect(run.shell.replica.status.head == session)
  }

  @Test func theSessionThatWasQuietLongestIsEvicted() throws {
    let run = try ReplicaRun()
    let sessions = (1...3).map { run.openSession(UInt128($0)) }
    func ask(_ client: Int, _ number: UInt64) throws -> MessageHeader? {
      try run.ask(
        ReplicaRun.request(
          .put(key: [1], value: [1]), client: UInt128(client), session: sessions[client - 1], number: number))?.header
    }
    #expect(try ask(1, 1)?.command == .reply)
    #expect(run.openSession(4) > 0, "a fourth session in a table of three")
    #expect(try ask(2, 1)?.status == Refusal.sessionUnknown.rawValue)
    #expect(try ask(1, 2)?.command == .reply)
    #expect(try ask(3, 1)?.command == .reply)
  }

  /// Also when the clock stands still or goes back.
  @Test func timestampsIncrease() throws {
    let run = try ReplicaRun(now: 1000)
    for client in 1...3 {
      run.shell.now = 5
      run.tell(ReplicaRun.register(UInt128(client)))
    }
    run.shell.completeAll()
    let timestamps = run.shell.sent.map(\.header.timestamp)
    #expect(timestamps.count == 3 && timestamps[0] > 1000)
    #expect(timestamps[0] < timestamps[1] && timestamps[1] < timestamps[2])
  }

  @Test func aReadSeesEverythingAcceptedBeforeIt() throws {
    let run = try ReplicaRun()
    let session = run.openSession(9)
    try run.tell(put(7, session, 1))
    try run.tell(ReplicaRun.request(.get(key: [1])))
    #expect(run.shell.sent.isEmpty, "it waits for the entry")
    run.shell.completeAll()
    #expect(run.shell.sent.count == 2)
    #expect(ReplicaRun.status(run.shell.sent[1].body) == KeyValueStatus.ok.rawValue)
    #expect(run.shell.sent[1].body.contains(7))
  }

  @Test func aFailedWriteHaltsAndAnswersNothing() throws {
    let run = try ReplicaRun()
    let ring = ReplicaRun.geometry.offset(of: .walPrepares)
    run.shell.storage.failWrites(ring..<ring + ReplicaRun.geometry.byteCount(of: .walPrepares))
    run.tell(ReplicaRun.register(9))
    run.shell.completeAll()
    guard case .storage = run.shell.halt else {
      Issue.record("halted: \(String(describing: run.shell.halt))")
      return
    }
    #expect(run.shell.sent.isEmpty)
  }
}
