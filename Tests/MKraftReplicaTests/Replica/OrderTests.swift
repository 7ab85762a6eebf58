import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("What is durable before what (rules R8, R9, R12)")
struct OrderTests {
  /// Whatever the order of completions and the arrival of requests, pings and stops, from the first effect to the last.
  @Test func orderIsKeptWhateverCompletesFirst() throws {
    for seed in 1...UInt64(40) {
      var generator = SplitMix64(seed: seed)
      var storage = try TestFile.format()
      for _ in 0..<3 {
        let rig = try KeyValueRig(storage, starts: false)
        let watcher = OrderWatcher(rig)
        try drive(rig, using: &generator)
        #expect(watcher.breaches.isEmpty, "seed \(seed): \(watcher.breaches)")
        #expect(watcher.messagesSent > 10, "seed \(seed): too little happened")
        guard watcher.breaches.isEmpty else { return }
        storage = rig.storage
      }
    }
  }

  /// Clients with one request under way each, speaking at any time, and a stop in the midst of it.
  private func drive(_ rig: KeyValueRig, using generator: inout SplitMix64) throws {
    var clients = (1...UInt128(12)).map { TestClient($0) }
    rig.shell.start()
    let stopsAt = Int.random(in: 60...250, using: &generator)
    for step in 0..<300 {
      if step == stopsAt { rig.shell.stop() }
      guard !rig.shell.isStopped else { break }
      if rig.shell.outstandingCount > 0, Int.random(in: 0..<3, using: &generator) > 0 {
        let indices = Array(0..<rig.shell.outstandingCount).shuffled(using: &generator)
        rig.shell.completeTogether(Array(indices.prefix(Int.random(in: 1...3, using: &generator))))
      } else {
        speak(rig, &clients, using: &generator)
      }
    }
    rig.shell.completeAll()
    #expect(rig.shell.halt == nil && rig.shell.isStopped)
  }

  private func speak(_ rig: KeyValueRig, _ clients: inout [TestClient], using generator: inout SplitMix64) {
    let index = Int.random(in: 0..<clients.count, using: &generator)
    for answer in rig.shell.sent where answer.header.command == .reply && answer.header.client == clients[index].id {
      clients[index].session = answer.header.session
      clients[index].request = answer.header.request
    }
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: rig.send(.ping(echo: generator.next()))
    case 1: rig.send(.get("k", tag: generator.next()))
    default:
      let size = Int.random(in: 0...3000, using: &generator)
      var client = clients[index]
      rig.send(client.session == 0 ? client.register() : client.put("k\(index)", Array(repeating: 1, count: size)))
    }
  }

  /// The first entry's header goes alone; the seven whose prepares become durable meanwhile go together.
  @Test func headersThatAreDueGoTogether() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    #expect(watcher.headerWrites == [1...1], "the no-op")

    for id in 1...UInt128(8) { rig.send(TestClient(id).register()) }
    #expect(rig.shell.outstandingCount == 8, "eight prepares in flight together")
    rig.shell.complete(at: 0)
    #expect(watcher.headerWrites == [1...1, 2...2])
    // The last of them first: nothing but the header write in flight may be durable before they are all there.
    let isPrepare = { [geometry = rig.geometry] (request: IORequest) in
      request.offset >= geometry.offset(of: .walPrepares) && request.offset < geometry.offset(of: .superblock2)
    }
    while let index = rig.shell.outstandingRequests.lastIndex(where: isPrepare) { rig.shell.complete(at: index) }
    #expect(watcher.headerWrites == [1...1, 2...2], "one header unit in flight")
    #expect(rig.shell.sent.isEmpty)
    rig.shell.completeAll()
    #expect(watcher.headerWrites == [1...1, 2...2, 3...9])
    #expect(rig.status.headerWrites == 3)
    #expect(rig.shell.sent.map(\.header.op) == Array(2...9), "one reply each, in op order")
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
  }

  /// Prepares whose completion is told together share one header write.
  @Test func preparesThatCompleteTogetherShareAHeaderWrite() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    for id in 1...UInt128(8) { rig.send(TestClient(id).register()) }
    rig.shell.completeTogether(Array((0..<8).reversed()))
    rig.shell.completeAll()
    #expect(watcher.headerWrites == [1...1, 2...9])
    #expect(rig.shell.sent.map(\.header.op) == Array(2...9))
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
  }

  /// A header whose prepare is durable waits for those before it.
  @Test func headersWaitForAnEarlierPrepare() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    for id in 1...UInt128(3) { rig.send(TestClient(id).register()) }
    rig.shell.complete(at: 2)
    rig.shell.complete(at: 1)
    #expect(watcher.headerWrites == [1...1], "op 2's prepare is not durable")
    rig.shell.completeAll()
    #expect(watcher.headerWrites == [1...1, 2...4])
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
  }

  /// A unit holds 16 headers: a header write never takes ops of two units.
  @Test func headersOfTwoUnitsGoApart() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    for id in 1...UInt128(11) { _ = try rig.ask(TestClient(id).register()) }
    #expect(rig.status.head == 12)
    for id in 1...UInt128(8) { rig.send(TestClient(id).register(tag: 1)) }
    let isPrepare = { [geometry = rig.geometry] (request: IORequest) in
      request.offset >= geometry.offset(of: .walPrepares)
    }
    // Op 13 last, so that all of them are due at once.
    while let index = rig.shell.outstandingRequests.lastIndex(where: isPrepare) { rig.shell.complete(at: index) }
    rig.shell.completeAll()
    #expect(watcher.headerWrites.suffix(2) == [13...15, 16...20])
  }

  @Test func superblockIsWrittenAtStartCheckpointAndStopOnly() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    #expect(watcher.superblockWrites == 4 && rig.status.superblockUpdates == 1)
    var client = TestClient(7)
    try rig.register(&client)
    for value in 0..<UInt8(50) { _ = try rig.ask(client.put("key", [value])) }
    #expect(rig.status.head == 52 && watcher.checkpointOps == [40], "64 - 8 - 8 - 8 ops between checkpoints")
    #expect(watcher.superblockWrites == 8 && rig.status.superblockUpdates == 2, "never per op")
    try rig.stop()
    #expect(watcher.superblockWrites == 12 && rig.status.superblockUpdates == 3)
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
  }

  /// Until the term is on three copies and read back, a ping is answered with the old one, and requests with `starting`.
  @Test func nothingNamesATermBeforeItIsVerified() throws {
    let storage = try TestFile.format()
    _ = try KeyValueRig(storage)
    let rig = try KeyValueRig(storage, starts: false)
    let watcher = OrderWatcher(rig)
    rig.shell.start()
    var steps = 0
    while watcher.verifiedTerm == 1 {
      for message in [TestMessage.ping(echo: 5), TestClient(1).register(), .get("key")] {
        rig.send(message)
        let answers = rig.take(message)
        #expect(answers.count == 1 && answers.allSatisfy { $0.header.term == 1 })
        #expect(answers.allSatisfy { $0.header.refusal == (message.header.command == .pingClient ? nil : .starting) })
      }
      rig.shell.complete(at: 0)
      steps += 1
    }
    #expect(steps == 8, "the log read, four copies written, three read back")
    rig.shell.completeAll()
    #expect(rig.shell.isReady && rig.status.term == 2)
    #expect(try rig.ask(.ping()).header.term == 2)
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
  }
}
