import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Start and clean stop")
struct StopTests {
  @Test func termsRiseByOneAtEachStart() throws {
    let storage = try TestFile.format()
    for start in 1...UInt64(5) {
      let rig = try KeyValueRig(storage)
      #expect(rig.status.term == start && rig.status.role == .leader && rig.status.leader == 0)
      #expect(rig.status.head == start && rig.status.commit == start, "one no-op each")
      if start.isMultiple(of: 2) { try rig.stop() }
      let clean = start.isMultiple(of: 2)
      for copy in 0..<Superblock.copyCount {
        let superblock = storage.superblock(copy: copy, rig.geometry)
        #expect(superblock?.term == start && superblock?.logTerm == start && superblock?.isVirgin == false)
        #expect(superblock?.votedFor == rig.status.member)
        #expect((superblock?.clean != nil) == clean, "start \(start): the mark of an earlier stop is cleared")
      }
    }
  }

  /// What is under way is finished and answered, what comes later is refused, and the mark names the head.
  @Test func whatIsUnderWayIsAnswered() throws {
    let rig = try KeyValueRig(try TestFile.format(), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    var client = TestClient(1)
    client.session = 2
    let underWay = TestClient(1).register()
    rig.send(underWay)
    rig.shell.stop()
    #expect(!rig.shell.isStopped)
    for later in [TestClient(2).register(), client.put("a", [1]), .get("a"), underWay] {
      rig.send(later)
      #expect(rig.take(later).map(\.header.refusal) == [.stopping])
    }
    rig.send(.ping())
    #expect(rig.take(.ping()).map(\.header.command) == [.pongClient])
    rig.shell.stop()
    while !rig.shell.isStopped {
      rig.shell.complete(at: 0)
      guard !rig.shell.isStopped else { break }
      rig.send(.get("b"))
      #expect(rig.take(.get("b")).map(\.header.refusal) == [.stopping])
    }
    #expect(rig.take(underWay).map(\.header.command) == [.reply])
    #expect(rig.shell.outstandingCount == 0)
    let opening = try Opening.read(rig.storage)
    #expect(opening.superblock.clean == LogPosition(opening.journal.head) && opening.journal.head.op == 2)
    #expect(opening.journal.end == .cleanStop)
    #expect(opening.superblock.commitMax == 2)
    // Nothing comes after the end.
    rig.send(.ping(echo: 3))
    rig.shell.stop()
    #expect(rig.take(.ping(echo: 3)).isEmpty)
    #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
  }

  /// A stop is requested after any number of transfers of the start: it becomes ready, then stops.
  @Test func aStopWhileStarting() throws {
    let full = try TestFile.format()
    let filling = try KeyValueRig(full)
    for tag in 0..<UInt64(30) { _ = try filling.ask(TestClient(1).register(tag: tag)) }
    var steps = 0
    while true {
      let rig = try KeyValueRig(full.snapshot(), starts: false)
      let watcher = OrderWatcher(rig)
      if steps == 0 { rig.shell.stop() }
      rig.shell.start()
      for _ in 0..<steps where rig.shell.outstandingCount > 0 { rig.shell.complete(at: 0) }
      let isOver = rig.shell.isReady
      rig.shell.stop()
      rig.send(.get("k"))
      #expect(rig.take(.get("k")).map(\.header.refusal) == [isOver ? .stopping : .starting])
      rig.shell.completeAll()
      #expect(rig.shell.isReady && rig.shell.isStopped && rig.shell.halt == nil, "after \(steps) transfers")
      let opening = try Opening.read(rig.storage)
      #expect(opening.superblock.clean?.op == opening.journal.head.op)
      #expect(opening.journal.head.op == 32)
      #expect(watcher.breaches.isEmpty, "\(watcher.breaches)")
      if isOver { break }
      steps += 1
    }
    #expect(steps >= 8 + 1 + 2, "the superblock's transfers, the log's one read, the no-op's prepare and its header")
  }

  /// The numbers that grow stay below 2^63: a file that is close to it is not written to, and nothing traps.
  @Test func numbersAtTheirLimitHaltTheStart() throws {
    let limit = PrepareHeader.numberLimit
    let changes: [(inout Superblock) -> Void] = [
      { $0.term = limit - 1 },
      {
        $0.sequence = limit - 1
        $0.parent = 1
      },
    ]
    for change in changes {
      let storage = try TestFile.format()
      TestFile.put(TestFile.plan().superblock, onto: storage, change)
      let before = try storage.fingerprint
      let rig = try KeyValueRig(storage)
      guard case .numbersExhausted = rig.shell.halt else {
        Issue.record("halted: \(String(describing: rig.shell.halt))")
        continue
      }
      #expect(try storage.fingerprint == before)
    }
    // A clock that is far ahead is not followed to the end.
    let rig = try KeyValueRig(try TestFile.format(), now: .max - 1000)
    #expect(try rig.ask(TestClient(1).register()).header.command == .reply)
    let again = try KeyValueRig(rig.storage, now: .max - 1000)
    #expect(again.shell.isReady && again.status.head == 3)
  }

  @Test func theSameInputsGiveTheSameBytes() throws {
    for seed in 1...UInt64(3) {
      let first = try run(seed)
      let second = try run(seed)
      #expect(first == second, "seed \(seed)")
      #expect(try first != run(seed + 100))
    }
  }

  private func run(_ seed: UInt64) throws -> UInt128 {
    var generator = SplitMix64(seed: seed)
    var storage = try TestFile.format()
    for round in 0..<3 {
      let rig = try KeyValueRig(storage, now: UInt64(round) * 10_000 + 1)
      var clients = (1...UInt128(4)).map { TestClient($0) }
      for index in clients.indices { try rig.register(&clients[index]) }
      for _ in 0..<40 {
        let index = Int.random(in: 0..<4, using: &generator)
        if Bool.random(using: &generator) {
          let size = Int.random(in: 0...2000, using: &generator)
          rig.send(clients[index].put("k\(index)", Array(repeating: UInt8(index), count: size)))
        } else if rig.shell.outstandingCount > 0 {
          rig.shell.complete(at: Int.random(in: 0..<rig.shell.outstandingCount, using: &generator))
        }
      }
      storage = rig.storage.cut(using: &generator)
    }
    return try storage.fingerprint
  }
}
