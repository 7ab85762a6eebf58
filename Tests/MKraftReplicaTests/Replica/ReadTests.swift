import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Reads: no op, and nothing before it is missed")
struct ReadTests {
  @Test func aReadWaitsForTheWritesBegunBeforeIt() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(1)
    try rig.register(&client)
    let write = client.put("k", [1])
    rig.send(write)
    let read = TestMessage.get("k")
    rig.send(read, from: 2)
    let headerWrite = rig.geometry.offset(of: .walHeaders)
    #expect(rig.shell.outstandingCount == 1 && rig.shell.sent.isEmpty)
    rig.shell.complete(at: 0)
    #expect(rig.shell.outstandingRequests.map(\.offset) == [headerWrite] && rig.shell.sent.isEmpty, "not committed yet")
    rig.shell.complete(at: 0)
    #expect(rig.shell.sent.map(\.header.requestChecksum) == [write.header.checksum, read.header.checksum])
    #expect(try rig.value(in: rig.shell.sent[1].body) == [1])
  }

  /// What it says of itself is that of the last entry executed, even while a later one is under way.
  @Test func aReadNamesTheLastEntryExecuted() throws {
    let rig = try KeyValueRig(try TestFile.format())
    let (write, later) = (TestClient(1).register(), TestClient(2).register())
    rig.send(write)
    rig.send(.get("k"))
    rig.shell.now += 1000
    rig.send(later)
    rig.shell.complete(at: 0)
    #expect(rig.shell.outstandingCount == 2, "the header of op 2, and the prepare of op 3")
    rig.shell.complete(at: 1)
    // The header write that was asked for first takes op 2 along and no more.
    rig.shell.complete(at: 0)
    let (reply, read) = (rig.take(write), rig.take(.get("k")))
    #expect(reply.count == 1 && read.count == 1 && rig.take(later).isEmpty)
    #expect(rig.status.head == 3)
    #expect(read.first?.header.op == 2)
    #expect(read.first?.header.timestamp == reply.first?.header.timestamp)
    #expect(read.first?.header.commit == 2)
  }

  @Test func readsTakeNoOpAndAnySession() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(1)
    try rig.register(&client)
    _ = try rig.ask(client.put("k", [1]))
    let (head, entries) = (rig.status.head, rig.status.entriesBegun)
    for session in [0, client.session, 99, UInt64.max] {
      for request in [0, 1, UInt64.max] {
        let message = TestMessage.batch([.get(key: Array("k".utf8)), .scan(start: [0], end: nil, limit: 5)]) {
          $0.client = 1
          $0.session = session
          $0.request = request
        }
        let answer = try rig.ask(message)
        #expect(answer.header.command == .reply && answer.header.session == session)
        #expect(answer.header.request == request && answer.header.client == 1)
        #expect(try rig.value(in: answer.body) == [1])
      }
    }
    #expect(rig.status.head == head && rig.status.entriesBegun == entries)
    #expect(rig.shell.writeCount > 0 && rig.shell.outstandingCount == 0)
    #expect(try rig.ask(client.put("k", [2])).header.command == .reply, "the session did not move")
  }

  /// A batch with one event that changes something is a write.
  @Test func aMixedBatchIsAWrite() throws {
    let rig = try KeyValueRig(try TestFile.format())
    let mixed = TestMessage.batch([.get(key: [1]), .delete(key: [1])])
    #expect(try rig.ask(mixed).header.refusal == .sessionUnknown)
  }

  /// A read that came behind a queued write does not hang when the queue is refused by a stop.
  @Test func readsAreAnsweredWhileStopping() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var clients = (1...UInt128(10)).map { TestClient($0) }
    for index in clients.indices { try rig.register(&clients[index]) }
    let writes = clients.indices.map { clients[$0].put("k", [UInt8($0)]) }
    for write in writes { rig.send(write) }
    rig.send(.get("k"), from: 2)
    rig.shell.stop()
    #expect(rig.take(writes[8]).map(\.header.refusal) == [.stopping])
    #expect(rig.take(writes[9]).map(\.header.refusal) == [.stopping])
    rig.shell.completeAll()
    #expect(rig.shell.isStopped)
    let answers = rig.take(.get("k"))
    #expect(answers.count == 1)
    #expect(
      try answers.first.flatMap { try rig.value(in: $0.body) } == [7], "the last of the eight that were under way")
    for write in writes[..<8] { #expect(rig.take(write).map(\.header.command) == [.reply]) }
  }

  @Test func aReaderThatLeavesIsNotAnswered() throws {
    let rig = try KeyValueRig(try TestFile.format())
    rig.send(TestClient(1).register(), from: 1)
    rig.send(.get("k"), from: 2)
    rig.send(.get("k", tag: 1), from: 3)
    rig.shell.disconnect(ConnectionID(2))
    rig.shell.completeAll()
    #expect(rig.shell.sent.map(\.connection) == [ConnectionID(1), ConnectionID(3)])
  }
}
