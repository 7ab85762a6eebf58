import MKraftFormat
import MKraftReplica
import MKraftServer
import MKraftStorage
import NIOCore
import Synchronization
import Testing

@Suite(.ownThreads, .timeLimit(OwnThreads.patience)) struct ReplicaServerTests {
  @Test func itAnswersAndStopsCleanly() async throws {
    let running = try await RunningServer.fake()
    #expect(running.address.isLoopback && running.address.port > 0)
    let client = try await Client.connect(to: running.address)
    #expect(try await client.read([0, 1, 2]).body == [0, 1, 2])
    #expect(await running.stop())
    // Not that the address refuses: another test's server may have it by now.
    await #expect(throws: ClientError.self) { _ = try await client.read([0, 1, 2]) }
    #expect(await running.notes().isEmpty)
  }

  @Test func aStopAskedForBeforeTheStartIsHeeded() async {
    let server = ReplicaServer()
    server.requestStop()
    server.requestStop()
    let result = await server.run(
      FakeReplica(), storage: MemoryStorage(), messageSizeMax: 4096, ioThreads: 1, listen: .loopback,
      events: { _ in })
    guard case .stopped = result else {
      Issue.record("\(result)")
      return
    }
    server.requestStop()
  }

  @Test func answersWrittenBeforeAStopAreStillDelivered() async throws {
    let running = try await RunningServer.fake()
    let connection = try await RawConnection(to: running.address)
    // Larger than what the system takes at once, so that the stop comes before everything is sent.
    let orders = [FakeReplica.Order.bigAnswer, FakeReplica.Order.bigAnswer, FakeReplica.Order.stop]
    await connection.send(orders.flatMap { Messages.request([$0]).bytes })
    #expect(await connection.closed().count == 2 * FakeReplica.bigAnswerSize + 1 + 3 * 256)
    guard case .stopped = await running.result() else {
      Issue.record("not stopped")
      return
    }
  }

  @Test func aStopDoesNotWaitForEverForAClientThatDoesNotRead() async throws {
    var limits = ServerLimits()
    limits.unsentMax = 1 << 30
    limits.unsentHighMark = 1 << 30
    limits.closingGrace = .milliseconds(100)
    let record = FakeReplica.Record()
    let running = try await RunningServer.fake(record, limits: limits)
    let deaf = try await RawConnection(to: running.address, isReading: false)
    await deaf.send((0..<60).flatMap { Messages.request([FakeReplica.Order.bigAnswer], number: $0).bytes })
    while record.executed.withLock({ $0.count }) < 60 { await Task.yield() }
    #expect(await running.stop())
  }

  @Test func aPortInUseIsReportedBeforeTheReplicaStarts() async throws {
    let running = try await RunningServer.fake()
    let record = FakeReplica.Record()
    let result = await ReplicaServer().run(
      FakeReplica(record), storage: MemoryStorage(), messageSizeMax: 4096, ioThreads: 1, listen: running.address,
      events: { _ in })
    guard case .cannotListen(let reason) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(reason == "\(running.address): Address already in use")
    #expect(record.started.withLock { $0 } == 0)
    #expect(await running.stop())
  }

  @Test func aMalformedConnectionDisturbsNoOther() async throws {
    let running = try await RunningServer.fake()
    let good = try await Client.connect(to: running.address)
    _ = try await good.ping()
    let tooLarge = Messages.request([UInt8](repeating: 0, count: 8192)).bytes
    var damaged = Messages.request([0, 1]).bytes
    damaged[257] ^= 1
    let cases: [([UInt8], String)] = [
      ([UInt8](repeating: 0x1B, count: 4096), "not a message of ours: kind 27"),
      (tooLarge, "a message of 8448 bytes, more than the limit of 4096"),
      (damaged, "body-checksum-mismatch"),
      (Messages.answer(.reply, to: Messages.ping(1).header).bytes, "reply is not for this side of the connection"),
    ]
    for (bytes, reason) in cases {
      let bad = try await RawConnection(to: running.address)
      await bad.send(bytes)
      #expect(await bad.closed() == [], "\(reason)")
      let note = try #require(await running.note())
      #expect(note.hasPrefix("closed the connection of 127.0.0.1:") && note.hasSuffix(": \(reason)"), "\(note)")
      #expect(try await good.read([0, 5]).body == [0, 5])
    }
    #expect(await running.stop())
  }

  @Test func whatCameBeforeTheDefectIsExecuted() async throws {
    let record = FakeReplica.Record()
    let running = try await RunningServer.fake(record)
    let connection = try await RawConnection(to: running.address)
    await connection.send(Messages.request([0], number: 42).bytes + [UInt8](repeating: 0, count: 256))
    _ = await connection.closed()
    #expect(record.executed.withLock { $0 } == [42])
    #expect(await running.stop())
  }

  @Test func aClientThatGoesAwayInTheMiddleOfAMessageIsForgotten() async throws {
    let record = FakeReplica.Record()
    let running = try await RunningServer.fake(record)
    let connection = try await RawConnection(to: running.address)
    await connection.send(Array(Messages.request([0, 1, 2]).bytes.dropLast()))
    await connection.close()
    while record.disconnected.withLock({ $0 }) == 0 { await Task.yield() }
    #expect(record.executed.withLock { $0 } == [])
    #expect(await running.stop())
    #expect(await running.notes().isEmpty)
  }

  @Test func moreConnectionsThanTheLimitAreClosedAtOnce() async throws {
    var limits = ServerLimits()
    limits.connectionsMax = 2
    let running = try await RunningServer.fake(limits: limits)
    let first = try await Client.connect(to: running.address)
    let second = try await Client.connect(to: running.address)
    _ = try await (first.ping(), second.ping())
    for _ in 0..<2 {
      let third = try await RawConnection(to: running.address)
      #expect(await third.closed() == [])
    }
    let note = try #require(await running.note())
    #expect(note.hasSuffix("2 are open, which is the limit"))
    _ = try await (first.ping(), second.ping())
    #expect(await running.stop())
    #expect(await running.notes().count == 1, "said once while it stays so")
  }

  @Test func aFreedConnectionCanBeTakenAgain() async throws {
    var limits = ServerLimits()
    limits.connectionsMax = 1
    let record = FakeReplica.Record()
    let running = try await RunningServer.fake(record, limits: limits)
    for round in 1...3 {
      let client = try await Client.connect(to: running.address)
      _ = try await client.ping()
      await client.close()
      while record.disconnected.withLock({ $0 }) < round { await Task.yield() }
    }
    #expect(await running.stop())
  }

  @Test func aClientThatDoesNotReadIsClosed() async throws {
    var limits = ServerLimits()
    limits.unsentHighMark = 8 << 20
    limits.unsentMax = 8 << 20
    let running = try await RunningServer.fake(limits: limits)
    let deaf = try await RawConnection(to: running.address, isReading: false)
    let order = [FakeReplica.Order.bigAnswer]
    // Half a MiB each: more than the limit and all that the system buffers for a connection.
    await deaf.send((0..<60).flatMap { Messages.request(order, number: $0).bytes })
    let note = try #require(await running.note())
    #expect(note.hasSuffix("it does not read its answers, more than 8388608 bytes wait"))
    #expect(await running.stop())
  }

  @Test func aClientThatReadsGetsEveryBigAnswer() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    _ = try await client.ping()
    let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<64 {
        group.addTask { try await client.read([FakeReplica.Order.bigAnswer]).body.count }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sizes == [Int](repeating: FakeReplica.bigAnswerSize, count: 64))
    #expect(await running.stop())
    #expect(await running.notes().isEmpty)
  }

  @Test func transfersReachTheStorageAndComeBack() async throws {
    let storage = MemoryStorage(byteCount: 4096)
    let running = try await RunningServer.fake(storage: storage)
    let client = try await Client.connect(to: running.address)
    #expect(try await client.read([FakeReplica.Order.store]).body == [0xAB])
    #expect(await running.stop())
    let buffer = IOBuffer(byteCount: 512)
    #expect(try storage.read(512, at: 512, into: buffer) == 512)
    #expect([UInt8](copying: buffer.bytes) == [UInt8](repeating: 0xAB, count: 512))
  }

  @Test func anEndOfFileWhereBytesMustBeHalts() async throws {
    let running = try await RunningServer { server, emit in
      await server.run(
        FakeReplica(), storage: ShortStorage(), messageSizeMax: 4096, ioThreads: 1, listen: .loopback, events: emit)
    }
    let client = try await Client.connect(to: running.address)
    await #expect(throws: ClientError.connectionLost) { try await client.read([FakeReplica.Order.store]) }
    guard case .halted(.storage(let error)) = await running.result() else {
      Issue.record("not halted")
      return
    }
    #expect(error.cause == .shortRead(transferred: 100) && error.offset == 512 && error.count == 512)
  }

  @Test func aHaltEndsEveryConnectionAtOnce() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    await #expect(throws: ClientError.connectionLost) { try await client.read([FakeReplica.Order.halt]) }
    guard case .halted(.superblock(verified: 2)) = await running.result() else {
      Issue.record("not halted")
      return
    }
  }

  @Test func itListensOnIPv6() async throws {
    let listen = try NetworkAddress(parsing: "[::1]:0")
    let result = try? await RunningServer { server, emit in
      await server.run(
        FakeReplica(), storage: MemoryStorage(), messageSizeMax: 4096, ioThreads: 1, listen: listen, events: emit)
    }
    // A machine may have no IPv6 at all; there is nothing to be shown then.
    guard let running = result else { return }
    #expect(running.address.host == "::1")
    let client = try await Client.connect(to: running.address)
    #expect(try await client.ping().role == .leader)
    #expect(await running.stop())
  }
}

/// A file that ends in the middle of what the fake replica reads.
private final class ShortStorage: Storage {
  let byteCount: UInt64 = 612
  let directAlignment = 512

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    100
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {}
  func resize(to byteCount: UInt64) throws(StorageError) {}
}
