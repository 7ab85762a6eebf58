import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Prefetch, then apply; the order of completions changes no result (rule R23)")
struct PrefetchTests {
  /// What a run leaves behind.
  private struct Outcome: Equatable {
    var replies: [UInt128: [UInt8]] = [:]
    var ops: [UInt128: UInt64] = [:]
    /// Both rings and everything between them.
    var rings: UInt128 = 0
    var applied: [UInt64] = []
  }

  private func file() throws -> (MemoryStorage, [BlockReference]) {
    let storage = try TestFile.format()
    return (storage, BlockMachine.writeBlocks(storage, TestFile.geometry))
  }

  /// Rounds of eight writes and some reads, whose transfers complete in an order drawn from `generator`.
  private func run(using generator: inout SplitMix64, _ what: String) throws -> (Outcome, Rig<BlockMachine>) {
    let (storage, references) = try file()
    let account = BlockMachine.Account()
    let rig = try Rig(storage, machine: BlockMachine(account, references), starts: false)
    let watcher = OrderWatcher(rig)
    rig.start()
    var outcome = Outcome()
    var clients = (1...UInt128(8)).map { TestClient($0) }
    for index in clients.indices { try rig.register(&clients[index]) }
    for round in 1...UInt64(4) {
      // The clock is an input: the same at the same request in every run.
      rig.shell.now = round * 1000
      for index in clients.indices { rig.send(clients[index].put("key", [UInt8(index), UInt8(round)])) }
      for tag in 0..<3 { rig.send(.get("key", tag: round * 10 + UInt64(tag))) }
      while rig.shell.outstandingCount > 0 {
        rig.shell.complete(at: Int.random(in: 0..<rig.shell.outstandingCount, using: &generator))
      }
      for answer in rig.shell.sent {
        #expect(answer.header.command == .reply, "\(what)")
        outcome.replies[answer.header.requestChecksum] = answer.body
        outcome.ops[answer.header.requestChecksum] = answer.header.op
      }
      rig.shell.sent.removeAll()
    }
    #expect(account.breaches.isEmpty, "\(what): \(account.breaches)")
    #expect(watcher.breaches.isEmpty, "\(what): \(watcher.breaches)")
    #expect(account.readCount == 12 && account.supplied == 2 * (32 + 12), "\(what)")
    outcome.applied = account.applied
    let rings = rig.geometry.offset(of: .walHeaders)..<rig.geometry.offset(of: .superblock1)
    let prepares = rig.geometry.offset(of: .walPrepares)..<rig.geometry.offset(of: .superblock2)
    outcome.rings = try storage.fingerprint(of: rings) ^ storage.fingerprint(of: prepares)
    return (outcome, rig)
  }

  @Test func theOrderOfCompletionsChangesNothing() throws {
    var generator = SplitMix64(seed: 1)
    let (first, rig) = try run(using: &generator, "seed 1")
    #expect(first.applied == Array(10...41) && first.replies.count == 32 + 12)
    for seed in 2...UInt64(25) {
      var generator = SplitMix64(seed: seed)
      let (other, _) = try run(using: &generator, "seed \(seed)")
      #expect(other == first, "seed \(seed)")
    }
    // And so does the log when it is read back, with the blocks it needs.
    for seed in 1...UInt64(5) {
      var generator = SplitMix64(seed: seed)
      let storage = rig.storage.snapshot()
      let account = BlockMachine.Account()
      let references = BlockMachine.writeBlocks(storage, TestFile.geometry)
      let again = try Rig(storage, machine: BlockMachine(account, references), starts: false)
      again.shell.start()
      while again.shell.outstandingCount > 0 {
        again.shell.complete(at: Int.random(in: 0..<again.shell.outstandingCount, using: &generator))
      }
      #expect(again.shell.isReady && account.applied == first.applied && account.breaches.isEmpty)
      let read = TestMessage.get("key", tag: 40)
      #expect(try again.ask(read).body == first.replies[read.header.checksum], "the same state")
    }
  }

  /// While a block is awaited nothing behind it is applied, no read overtakes, and the pipeline holds back requests.
  @Test func whatWaitsForABlockHoldsItsPlace() throws {
    let (storage, references) = try file()
    let account = BlockMachine.Account()
    let rig = try Rig(storage, machine: BlockMachine(account, references))
    var clients = (1...UInt128(9)).map { TestClient($0) }
    for index in clients.indices { try rig.register(&clients[index]) }
    let grid = rig.geometry.offset(of: .grid)
    let writes = clients.indices.map { clients[$0].put("key", [UInt8($0)]) }
    for write in writes { rig.send(write) }
    let read = TestMessage.get("key")
    rig.send(read)
    rig.complete { $0.offset < grid }
    #expect(rig.shell.outstandingRequests.map(\.direction) == [.read], "one block of the first entry")
    #expect(account.applied.isEmpty && rig.shell.sent.isEmpty)
    #expect(rig.status.head == 18 && rig.status.commit == 18, "the ninth waits: eight are not applied")
    rig.shell.complete(at: 0)
    #expect(account.applied.isEmpty && rig.shell.outstandingCount == 1, "its other block")
    rig.shell.complete(at: 0)
    #expect(account.applied == [11] && rig.status.head == 19)
    #expect(rig.take(writes[0]).count == 1)
    rig.shell.stop()
    rig.shell.completeAll()
    #expect(account.applied == Array(11...19) && account.readCount == 1)
    #expect(rig.take(read).count == 1 && rig.shell.isStopped)
    #expect(account.breaches.isEmpty, "\(account.breaches)")
  }

  /// A reader that leaves while its block is on the way holds up nobody, a stop neither.
  @Test func aReaderLeavesWhileItsBlockIsAwaited() throws {
    let (storage, references) = try file()
    let account = BlockMachine.Account()
    let rig = try Rig(storage, machine: BlockMachine(account, references))
    rig.send(.get("key"), from: 2)
    #expect(rig.shell.outstandingCount == 1)
    rig.shell.disconnect(ConnectionID(2))
    rig.send(TestClient(1).register(), from: 1)
    rig.shell.stop()
    rig.shell.completeAll()
    #expect(rig.shell.isStopped && account.readCount == 0 && rig.shell.sent.count == 1)
  }

  /// Damaged, misdirected, of another content, of another cluster: never handed to the state machine.
  @Test func aBlockThatIsNotTheOneReferredTo() throws {
    for damage in 0..<4 {
      let (storage, references) = try file()
      let account = BlockMachine.Account()
      let grid = TestFile.geometry.offset(of: .grid)
      let size = UInt64(TestFile.geometry.blockSize)
      for block in 0..<BlockMachine.blockCount {
        let start = grid + block * size
        switch damage {
        case 0: storage.flipBit(at: 8 * (start + UInt64(BlockHeader.byteCount)))
        case 1:
          storage.copy(
            grid + (block + 1) % BlockMachine.blockCount * size..<grid + ((block + 1) % BlockMachine.blockCount + 1)
              * size,
            to: start)
        case 2: storage.zero(start..<start + size)
        default: putOtherBlock(storage, address: block + 1, at: start)
        }
      }
      let rig = try Rig(storage, machine: BlockMachine(account, references))
      rig.send(.get("key"))
      rig.shell.completeAll()
      guard case .blockDamaged = rig.shell.halt else {
        Issue.record("damage \(damage): \(String(describing: rig.shell.halt))")
        continue
      }
      #expect(account.supplied == 0 && rig.shell.sent.isEmpty)
    }
  }

  /// A sound block of the same place with other contents: an older version of it.
  private func putOtherBlock(_ storage: MemoryStorage, address: UInt64, at offset: UInt64) {
    let buffer = IOBuffer(byteCount: Int(TestFile.geometry.blockSize))
    var bytes = buffer.mutableBytes
    var header = BlockHeader()
    header.cluster = TestFile.cluster
    header.address = address
    header.seal(into: &bytes)
    storage.replace(at: offset, with: buffer)
  }

  @Test func aBlockThatCannotBeRead() throws {
    let (storage, references) = try file()
    let account = BlockMachine.Account()
    let rig = try Rig(storage, machine: BlockMachine(account, references))
    let grid = rig.geometry.offset(of: .grid)
    storage.failReads(grid..<storage.byteCount)
    rig.send(.get("key"))
    rig.shell.completeAll()
    guard case .storage(let error) = rig.shell.halt else {
      Issue.record("halted: \(String(describing: rig.shell.halt))")
      return
    }
    #expect(error.operation == .read && rig.shell.sent.isEmpty && account.supplied == 0)
  }
}
