import MKraftFormat
import MKraftReplica
import MKraftServer
import MKraftStorage
import SystemPackage
import Testing

/// The real replica on a real file, over real sockets.
@Suite(.ownThreads, .timeLimit(OwnThreads.patience)) struct DataFileServerTests {
  private let file: TemporaryFile
  private let geometry = Geometry(slotCount: 64, messageSize: 4096, pipeline: 4, sessions: 8, blockSize: 16384)

  init() throws {
    file = try TemporaryFile()
    _ = try DataFileFormatter.create(file.path, FormatPlan(cluster: 0xABCD, geometry: geometry, fileID: 1))
  }

  /// Through io_uring only where it can be had.
  private func start(
    listen: NetworkAddress = .loopback, _ choice: Transfers.Choice = .auto
  ) async throws -> RunningServer {
    let path = file.path
    return try await RunningServer { server, emit in
      do {
        let storage = try FileStorage.open(path, for: .replica)
        let opening = try Opening.read(storage)
        let transfers = (try? Transfers(choice, on: storage, opening.geometry)) ?? .threads
        return await server.run(
          opening: opening, storage: storage, transfers: transfers, listen: listen, events: emit)
      } catch {
        return .cannotListen(reason: "\(error)")
      }
    }
  }

  private func batch(_ events: KeyValueEvent...) throws -> [UInt8] {
    var builder = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    for event in events { try builder.append(event) }
    return builder.body
  }

  /// Status and value of each result.
  private func results(_ reply: Reply) throws -> [(KeyValueStatus, [UInt8])] {
    let view = try KeyValueResultsView(validating: reply.body.rawSpan)
    var results: [(KeyValueStatus, [UInt8])] = []
    var iterator = view.results
    while let result = iterator.next() { results.append((result.status, [UInt8](copying: result.value))) }
    return results
  }

  private func get(_ key: [UInt8], from client: Client) async throws -> [UInt8]? {
    let result = try #require(try results(try await client.read(batch(.get(key: key)))).first)
    return result.0 == .ok ? result.1 : nil
  }

  @Test func whatWasAcknowledgedIsThereAfterAStopAndAStart() async throws {
    var running = try await start()
    var client = try await Client.connect(to: running.address)
    var pong = try await client.ping()
    #expect(pong.cluster == 0xABCD && pong.messageSize == 4096 && pong.role == .leader && pong.leader == 0)
    #expect(pong.term == 1 && pong.headOp == 1 && pong.commitOp == 1)
    let session = try await client.register(client: 9)
    #expect(session.state.session == 2)
    let put = try await session.execute(batch(.put(key: [1], value: [10]), .put(key: [2], value: [20])))
    #expect(try put.op == 3 && results(put).map(\.0) == [.ok, .ok])
    let swap = KeyValueEvent.compareAndSet(key: [1], expected: [10], value: [11])
    #expect(try results(try await session.execute(batch(swap))).map(\.0) == [.ok])
    #expect(try results(try await session.execute(batch(swap))).map(\.0) == [.conditionFailed])
    #expect(try await get([1], from: client) == [11])
    #expect(await running.stop())
    #expect(await running.notes() == [])

    running = try await start()
    client = try await Client.connect(to: running.address)
    pong = try await client.ping()
    #expect(pong.term == 2 && pong.headOp == 6 && pong.commitOp == 6, "five entries, and the new term's no-op")
    #expect(try await get([1], from: client) == [11])
    #expect(try await get([2], from: client) == [20])
    #expect(try await get([3], from: client) == nil)
    let resumed = client.resume(session.state)
    let reply = try await resumed.execute(batch(.delete(key: [2])))
    #expect(try reply.op == 7 && reply.request == 4 && results(reply).map(\.0) == [.ok])
    #expect(try await get([2], from: client) == nil)
    #expect(await running.stop())
  }

  @Test func aRequestSentAgainAfterARestartIsAnsweredAndNotExecutedAgain() async throws {
    var running = try await start()
    var client = try await Client.connect(to: running.address)
    let session = try await client.register()
    let body = try batch(.compareAndSet(key: [1], expected: nil, value: [1]))
    let before = session.state
    let first = try await session.execute(body)
    #expect(await running.stop())

    running = try await start()
    client = try await Client.connect(to: running.address)
    var lost = before
    lost.unanswered = SessionState.Unanswered(body: body, attempts: 1)
    let again = try await client.resume(lost).retry()
    #expect(again.op == first.op && again.body == first.body && again.timestamp == first.timestamp)
    #expect(try results(again).map(\.0) == [.ok], "executed again, the key would not be absent")
    #expect(await running.stop())
  }

  @Test func manySessionsPipelinedOnOneConnection() async throws {
    let running = try await start()
    let client = try await Client.connect(to: running.address)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<UInt8(8) {
        let bodies = try (0..<5).map { try batch(.put(key: [number, UInt8($0)], value: [number, UInt8($0)])) }
        group.addTask {
          let session = try await client.register()
          for body in bodies { _ = try await session.execute(body) }
        }
      }
      try await group.waitForAll()
    }
    // One no-op, eight sessions, forty batches.
    #expect(try await client.ping().commitOp == 49)
    for number in 0..<UInt8(8) { #expect(try await get([number, 4], from: client) == [number, 4]) }
    #expect(await running.stop())
  }

  /// Each with a connection of its own, and with entries that fill their slots, so that writes are put together.
  @Test(arguments: Transfers.Choice.allCases)
  func manyConnectionsAtOnce(_ choice: Transfers.Choice) async throws {
    let running = try await start(choice)
    let address = running.address
    let value = [UInt8](repeating: 7, count: 3500)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<UInt8(6) {
        let bodies = try (0..<30).map { try batch(.put(key: [number, UInt8($0)], value: value + [UInt8($0)])) }
        group.addTask {
          let session = try await Client.connect(to: address).register()
          for body in bodies { _ = try await session.execute(body) }
        }
      }
      try await group.waitForAll()
    }
    let client = try await Client.connect(to: address)
    // One no-op, six sessions, 180 batches: more than twice round the ring.
    #expect(try await client.ping().commitOp == 187)
    for number in 0..<UInt8(6) {
      for place in 0..<UInt8(30) { #expect(try await get([number, place], from: client) == value + [place]) }
    }
    #expect(await running.stop())
    let again = try await start()
    let reader = try await Client.connect(to: again.address)
    #expect(try await get([5, 29], from: reader) == value + [29])
    #expect(await again.stop())
  }

  @Test(arguments: Transfers.Choice.allCases)
  func theRingWrapsAndTheStateIsThereAfterwards(_ choice: Transfers.Choice) async throws {
    let running = try await start(choice)
    let client = try await Client.connect(to: running.address)
    let session = try await client.register()
    let last = 3 * UInt64(geometry.slotCount)
    for number in 3...last {
      let body = try batch(.put(key: [UInt8(number % 50)], value: [UInt8(truncatingIfNeeded: number)]))
      #expect(try await session.execute(body).op == number)
    }
    #expect(await running.stop())
    let again = try await start()
    let reader = try await Client.connect(to: again.address)
    for number in last - 49...last {
      #expect(try await get([UInt8(number % 50)], from: reader) == [UInt8(truncatingIfNeeded: number)])
    }
    #expect(await again.stop())
  }

  @Test func aPortInUseTakesNoTerm() async throws {
    let other = try await RunningServer.fake()
    await #expect(throws: RunningServer.NeverReady.self) { try await start(listen: other.address) }
    #expect(await other.stop())
    let running = try await start()
    #expect(try await Client.connect(to: running.address).ping().term == 1)
    #expect(await running.stop())
  }
}
