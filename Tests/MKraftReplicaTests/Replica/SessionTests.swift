import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Sessions: a write is executed once, however often it is sent")
struct SessionTests {
  @Test func aRetryIsAnsweredFromTheStoredReply() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(5)
    try rig.register(&client)
    #expect(client.session == 2, "the register's op, behind the no-op")
    let request = client.increment("n", from: 0)
    let first = try rig.ask(request)
    #expect(first.header.command == .reply && first.header.op == 3)
    let entries = rig.status.entriesBegun

    let again = try rig.ask(request, from: 2)
    #expect(again.connection == ConnectionID(2))
    #expect(again.body == first.body && again.header.op == first.header.op)
    #expect(again.header.timestamp == first.header.timestamp && again.header.session == 2 && again.header.request == 1)
    #expect(rig.status.entriesBegun == entries, "no new entry")
    #expect(try rig.value(of: "n") == [1])
  }

  @Test func aRetryIsAnsweredAfterARestart() throws {
    let storage = try TestFile.format()
    var client = TestClient(5)
    let register = client.register()
    let rig = try KeyValueRig(storage)
    client.session = try rig.ask(register).header.session
    let request = client.increment("n", from: 0)
    let first = try rig.ask(request)
    let isClean = [false, true]
    for clean in isClean {
      let running = try KeyValueRig(storage)
      let entries = running.status.entriesBegun
      let again = try running.ask(request)
      #expect(again.header.command == .reply && again.body == first.body && again.header.op == first.header.op)
      #expect(
        again.header.timestamp == first.header.timestamp && again.header.requestChecksum == request.header.checksum)
      #expect(running.status.entriesBegun == entries, "no new entry")
      // The session goes on where it was.
      #expect(try running.ask(client.write([.get(key: [1])], request: 9)).header.command == .reply)
      if clean { try running.stop() }
    }
    let last = try KeyValueRig(storage)
    #expect(try last.ask(client.increment("n", from: 1)).body[8] == KeyValueStatus.ok.rawValue)
    #expect(try last.ask(request).header.refusal == .requestStale)
    #expect(try last.value(of: "n") == [2])
  }

  /// Sent while the entry is in the pipeline: answered once, on the connection of the last copy.
  @Test func aRetryInFlightJoins() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(5)
    try rig.register(&client)
    let request = client.increment("n", from: 0)
    rig.send(request, from: 1)
    rig.send(request, from: 2)
    rig.send(request, from: 3)
    rig.shell.disconnect(ConnectionID(1))
    rig.shell.completeAll()
    let answers = rig.take(request)
    #expect(answers.map(\.connection) == [ConnectionID(3)])
    #expect(answers.first?.header.op == 3 && rig.status.head == 3)
    #expect(try rig.value(of: "n") == [1])
  }

  /// The same for a request that waits for a place in the pipeline.
  @Test func aRetryInTheQueueJoins() throws {
    let rig = try KeyValueRig(try TestFile.format())
    let messages = (1...UInt128(9)).map { TestClient($0).register() }
    for message in messages { rig.send(message) }
    #expect(rig.status.head == 9, "eight in the pipeline, the ninth in the queue")
    rig.send(messages[8], from: 2)
    rig.shell.completeAll()
    #expect(rig.take(messages[8]).map(\.connection) == [ConnectionID(2)])
    #expect(rig.status.head == 10)
  }

  @Test func anotherRequestInFlightIsBusy() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(20)
    try rig.register(&client)
    rig.send(client.put("a", [1]))
    for other in [client.put("b", [2]), client.register(tag: 1)] {
      rig.send(other)
      #expect(rig.take(other).map(\.header.refusal) == [.sessionBusy])
    }
    // In the queue as well.
    for id in 1...UInt128(7) { rig.send(TestClient(id).register()) }
    let waiting = TestClient(30)
    rig.send(waiting.register())
    let other = waiting.register(tag: 1)
    rig.send(other)
    #expect(rig.take(other).map(\.header.refusal) == [.sessionBusy])
    rig.shell.completeAll()
    #expect(try rig.value(of: "a") == [1])
    #expect(try rig.value(of: "b") == nil)
  }

  @Test func whatASessionHasBehindItIsRefused() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(5)
    try rig.register(&client)
    let zeroth = client.write([.put(key: [1], value: [])], request: 0)
    #expect(try rig.ask(zeroth).header.refusal == .requestStale, "requests are numbered from 1")
    let first = client.put("a", [1])
    let second = client.put("a", [2])
    _ = try rig.ask(first)
    _ = try rig.ask(second)
    let head = rig.status.head
    #expect(try rig.ask(first).header.refusal == .requestStale)
    let changed = client.write([.put(key: Array("a".utf8), value: [3])], request: 2)
    #expect(try rig.ask(changed).header.refusal == .requestMismatch)
    #expect(rig.status.head == head)
    #expect(try rig.value(of: "a") == [2])
    // Numbers may be skipped, up to the last there is.
    #expect(try rig.ask(client.write([.put(key: [1], value: [])], request: .max)).header.command == .reply)
    #expect(try rig.ask(client.write([.put(key: [1], value: [])], request: 3)).header.refusal == .requestStale)
  }

  @Test func registeringAgainEndsTheSession() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(5)
    try rig.register(&client)
    let old = client
    _ = try rig.ask(client.put("a", [1]))
    let reply = try rig.ask(client.register(tag: 1))
    #expect(reply.header.session == 4 && reply.header.op == 4 && reply.body.isEmpty)
    #expect(try rig.ask(old.write([.put(key: [1], value: [])], request: 2)).header.refusal == .sessionUnknown)
    client.session = 4
    client.request = 0
    #expect(try rig.ask(client.put("a", [2])).header.command == .reply)
  }

  @Test func sessionsThatAreNotThere() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(5)
    try rig.register(&client)
    for session in [0, 1, 3, UInt64.max] {
      var other = client
      other.session = session
      #expect(try rig.ask(other.put("a", [])).header.refusal == .sessionUnknown)
    }
    for id in [0, 6, UInt128.max] {
      var other = TestClient(id)
      other.session = 2
      #expect(try rig.ask(other.put("a", [])).header.refusal == .sessionUnknown)
    }
    #expect(rig.status.head == 2)
  }

  /// The session whose last entry has the lowest op goes, and the same one after a restart.
  @Test func evictionFollowsTheLog() throws {
    let storage = try TestFile.format(TestFile.plan(TestFile.geometry(sessions: 3)))
    var rig = try KeyValueRig(storage)
    var clients = (1...UInt128(4)).map { TestClient($0) }
    for index in 0..<3 { try rig.register(&clients[index]) }
    let kept = clients[0].put("a", [1])
    let keptReply = try rig.ask(kept)
    // Client 2 was quiet longest; registering client 3 again takes its own place.
    try rig.register(&clients[2])
    try rig.register(&clients[3])
    for restarted in [false, true] {
      if restarted { rig = try KeyValueRig(storage) }
      #expect(try rig.ask(clients[1].write([.put(key: [1], value: [])], request: 1)).header.refusal == .sessionUnknown)
      #expect(try rig.ask(kept).body == keptReply.body)
      for index in [2, 3] {
        let request = clients[index].put("b", [UInt8(index)])
        #expect(try rig.ask(request).header.command == .reply, "client \(index + 1), restarted: \(restarted)")
      }
    }
  }

  /// A session may be evicted by an entry that stands before its request in the pipeline: the request changes nothing.
  @Test func aRequestWhoseSessionEndsBeforeItsTurn() throws {
    let rig = try KeyValueRig(try TestFile.format(TestFile.plan(TestFile.geometry(sessions: 1))))
    var client = TestClient(1)
    try rig.register(&client)
    let request = client.put("a", [1])
    rig.send(TestClient(2).register())
    rig.send(request)
    rig.shell.completeAll()
    #expect(rig.take(request).map(\.header.refusal) == [.sessionUnknown])
    #expect(rig.status.head == 4, "it is in the log")
    #expect(try rig.value(of: "a") == nil)
    let restarted = try KeyValueRig(rig.storage)
    #expect(try restarted.value(of: "a") == nil)
  }

  /// Every message is sent up to four times, on any connection, at any time; a counter counts every request once.
  @Test func duplicatesAreExecutedOnce() throws {
    for seed in 1...UInt64(20) {
      var generator = SplitMix64(seed: seed)
      var rig = try KeyValueRig(try TestFile.format())
      var client = TestClient(1)
      try rig.register(&client)
      for value in 0..<UInt8(20) {
        let request = client.increment("n", from: value)
        var answers: [KeyValueRig.Sent] = []
        while answers.isEmpty {
          for _ in 0..<Int.random(in: 1...4, using: &generator) {
            rig.send(request, from: UInt64.random(in: 1...3, using: &generator))
            if rig.shell.outstandingCount > 0, Bool.random(using: &generator) { rig.shell.complete(at: 0) }
          }
          if Int.random(in: 0..<10, using: &generator) == 0 {
            // The power fails; the client repeats itself.
            rig = try KeyValueRig(rig.storage.cut(using: &generator), now: rig.shell.now)
          }
          rig.shell.completeAll()
          answers = rig.take(request)
        }
        let bodies = Set(answers.map(\.body))
        #expect(bodies.count == 1 && bodies.first?[8] == KeyValueStatus.ok.rawValue, "seed \(seed), value \(value)")
      }
      #expect(try rig.value(of: "n") == [20], "seed \(seed)")
    }
  }

  /// A connection that goes takes its answers with it, not its writes: wherever they were.
  @Test func writesOutliveTheirConnection() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var clients = (1...UInt128(10)).map { TestClient($0) }
    for index in clients.indices { try rig.register(&clients[index]) }
    rig.shell.sent.removeAll()
    var last = clients[9].put("k9", [9])
    for index in 0..<9 {
      let request = clients[index].put("k\(index)", [UInt8(index)])
      rig.send(request, from: 1)
    }
    rig.send(last, from: 1)
    rig.send(.get("k9"), from: 2)
    rig.shell.disconnect(ConnectionID(1))
    rig.shell.completeAll()
    #expect(rig.shell.sent.map(\.connection) == [ConnectionID(2)], "the read is answered, nothing else")
    #expect(try rig.shell.sent.first.flatMap { try rig.value(in: $0.body) } == [9])
    for index in 0..<UInt8(9) { #expect(try rig.value(of: "k\(index)") == [index]) }
    last = clients[9].put("k9", [10])
    #expect(try rig.ask(last).header.command == .reply)
  }
}
