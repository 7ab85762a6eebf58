import MKraftFormat
import MKraftReplica
import MKraftServer
import Synchronization
import Testing

@Suite(.ownThreads, .timeLimit(OwnThreads.patience)) struct SessionTests {
  private static let brief = Duration.milliseconds(50)
  private let record = FakeReplica.Record()

  private func connect() async throws -> (RunningServer, Client) {
    let running = try await RunningServer.fake(record)
    return (running, try await Client.connect(to: running.address))
  }

  @Test func requestsAreNumberedFromOne() async throws {
    let (running, client) = try await connect()
    let session = try await client.register(client: 5)
    #expect(session.state == SessionState(cluster: FakeReplica.cluster, client: 5, session: 1))
    for number in UInt64(1)...3 {
      let reply = try await session.execute([0])
      #expect(reply.request == number && reply.session == 1 && reply.op == 1 + number)
    }
    #expect(session.state.nextRequest == 4 && session.state.unanswered == nil)
    #expect(await running.stop())
  }

  @Test func aLostAnswerIsFetchedOnAnotherConnectionAndExecutedOnce() async throws {
    let (running, client) = try await connect()
    let session = try await client.register()
    _ = try await session.execute([0])
    let batch = [FakeReplica.Order.loseAnswer, 77]
    await #expect(throws: ClientError.timeout) { try await session.execute(batch, timeout: Self.brief) }
    let state = session.state
    #expect(state.nextRequest == 2 && state.unanswered == SessionState.Unanswered(body: batch, attempts: 1))
    await #expect(throws: ClientError.requestUnanswered) { try await session.execute([0]) }
    while !record.executed.withLock({ $0.contains(2) }) { await Task.yield() }
    await client.close()
    await #expect(throws: ClientError.connectionLost) { try await session.retry() }

    let resumed = try await Client.connect(to: running.address).resume(session.state)
    let reply = try await resumed.retry()
    #expect(reply.request == 2 && reply.body == batch)
    #expect(record.executed.withLock { $0 } == [0, 1, 2], "register, and each request once")
    #expect(try await resumed.execute([0]).request == 3)
    await #expect(throws: ClientError.nothingUnanswered) { try await resumed.retry() }
    #expect(await running.stop())
  }

  @Test func aRefusedFirstAttemptLeavesTheNumberFree() async throws {
    let (running, client) = try await connect()
    let session = try await client.register()
    await #expect(throws: ClientError.refused(.storageFull)) { try await session.execute([FakeReplica.Order.refuse]) }
    #expect(session.state.nextRequest == 1 && session.state.unanswered == nil)
    #expect(try await session.execute([0]).request == 1)
    #expect(await running.stop())
  }

  @Test func aRefusedRetryProvesNothingOfTheFirstAttempt() async throws {
    let (running, client) = try await connect()
    var state = try await client.register().state
    state.unanswered = SessionState.Unanswered(body: [FakeReplica.Order.refuse], attempts: 1)
    let session = client.resume(state)
    await #expect(throws: ClientError.refused(.storageFull)) { try await session.retry() }
    #expect(session.state.unanswered?.attempts == 2)
    #expect(await running.stop())
  }

  @Test func anAbandonedRequestsNumberIsNotUsedAgain() async throws {
    let (running, client) = try await connect()
    let session = try await client.register()
    #expect(throws: ClientError.nothingUnanswered) { try session.abandon() }
    await #expect(throws: ClientError.timeout) {
      try await session.execute([FakeReplica.Order.loseAnswer], timeout: Self.brief)
    }
    try session.abandon()
    #expect(try await session.execute([0]).request == 2)
    #expect(await running.stop())
  }

  @Test func oneRequestAtATime() async throws {
    let (running, client) = try await connect()
    let session = try await client.register()
    let first = Task(executorPreference: OwnThreads.Threads.shared) {
      _ = try await session.execute([FakeReplica.Order.loseAnswer])
    }
    while session.state.unanswered == nil { await Task.yield() }
    await #expect(throws: ClientError.sessionInUse) { try await session.execute([0]) }
    await #expect(throws: ClientError.sessionInUse) { try await session.retry() }
    #expect(throws: ClientError.sessionInUse) { try session.abandon() }
    await client.close()
    await #expect(throws: ClientError.connectionLost) { try await first.value }
    #expect(await running.stop())
  }

  @Test func manySessionsShareAConnection() async throws {
    let (running, client) = try await connect()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<UInt8(40) {
        group.addTask {
          let session = try await client.register()
          for request in 1...UInt64(10) {
            let reply = try await session.execute([0, number])
            #expect(reply.request == request && reply.body == [0, number])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await running.stop())
  }
}
