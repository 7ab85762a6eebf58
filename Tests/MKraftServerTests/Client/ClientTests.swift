import MKraftFormat
import MKraftReplica
import MKraftServer
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite(.ownThreads, .timeLimit(OwnThreads.patience)) struct ClientTests {
  /// Long enough for a fake replica that never answers, short enough to wait for.
  private static let brief = Duration.milliseconds(50)

  /// A server that sends `bytes` to whoever connects.
  private func sender(_ bytes: [UInt8]) async throws -> (any Channel, NetworkAddress) {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { child in
        child.eventLoop.makeSucceededVoidFuture().always { _ in
          child.eventLoop.execute { child.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
        }
      }
      .bind(to: NetworkAddress.loopback.socketAddress()).get()
    return (channel, try #require(NetworkAddress(channel.localAddress)))
  }

  @Test func aPongSaysEverything() async throws {
    let running = try await RunningServer.fake()
    let pong = try await Client.connect(to: running.address).ping()
    #expect(pong.role == .leader && pong.term == 3 && pong.leader == 0 && pong.headOp == 11 && pong.commitOp == 10)
    #expect(pong.cluster == FakeReplica.cluster && pong.messageSize == 4096 && pong.roundTrip > .zero)
    #expect(await running.stop())
  }

  @Test func nobodyThereIsConnectionRefused() async throws {
    let running = try await RunningServer.fake()
    #expect(await running.stop())
    await #expect(throws: ClientError.connectionRefused) { try await Client.connect(to: running.address) }
  }

  @Test func manyCallsOnOneConnectionGetTheirOwnAnswers() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<500 {
        let body: [UInt8] = [FakeReplica.Order.echo, UInt8(number & 255), UInt8(number >> 8)]
        group.addTask {
          let answer = try await client.read(body).body
          #expect(answer == body)
        }
      }
      try await group.waitForAll()
    }
    #expect(await running.stop())
  }

  @Test func moreCallsThanMayWaitAreNotSent() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    _ = try await client.ping()
    await withTaskGroup(of: ClientError?.self) { group in
      for _ in 0..<Client.callsMax + 5 {
        group.addTask {
          do throws(ClientError) {
            _ = try await client.read([FakeReplica.Order.loseAnswer], timeout: .seconds(50))
            return nil
          } catch { return error }
        }
      }
      // Those that were not sent end at once, those that wait when the server is gone.
      for _ in 0..<5 { #expect(await group.next() == .some(.tooManyCalls)) }
      #expect(await running.stop())
      for await error in group { #expect(error == .connectionLost) }
    }
  }

  @Test func noAnswerInTimeIsATimeoutAndTheConnectionGoesOn() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    _ = try await client.ping()
    await #expect(throws: ClientError.timeout) {
      try await client.read([FakeReplica.Order.loseAnswer], timeout: Self.brief)
    }
    #expect(try await client.read([0, 3]).body == [0, 3])
    #expect(await running.stop())
  }

  @Test func aLostConnectionFailsEveryCallThatWaits() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    _ = try await client.ping()
    let errors = await withTaskGroup(of: ClientError?.self) { group in
      for _ in 0..<10 {
        group.addTask {
          do throws(ClientError) {
            _ = try await client.read([FakeReplica.Order.loseAnswer])
            return nil
          } catch { return error }
        }
      }
      group.addTask {
        _ = await running.stop()
        return .connectionLost
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(errors == [ClientError?](repeating: .connectionLost, count: 11))
    await #expect(throws: ClientError.connectionLost) { try await client.ping() }
  }

  @Test func anAnswerThatIsNoMessageIsMalformed() async throws {
    let (channel, address) = try await sender([UInt8](repeating: 0, count: 256))
    let client = try await Client.connect(to: address)
    await #expect(throws: ClientError.malformed(.kindMismatch(0))) { try await client.ping() }
    try await channel.close()
  }

  @Test func anAnswerToNothingIsIgnored() async throws {
    let (channel, address) = try await sender(Messages.answer(.reply, to: Messages.ping(9).header).bytes)
    let client = try await Client.connect(to: address)
    await #expect(throws: ClientError.timeout) { try await client.ping(timeout: Self.brief) }
    try await channel.close()
  }

  @Test func aRefusalIsNamed() async throws {
    let running = try await RunningServer.fake()
    let client = try await Client.connect(to: running.address)
    await #expect(throws: ClientError.refused(.storageFull)) { try await client.read([FakeReplica.Order.refuse]) }
    #expect(await running.stop())
  }

  @Test func aBodyLargerThanTheReplicaTakesIsNotSent() async throws {
    let record = FakeReplica.Record()
    let running = try await RunningServer.fake(record)
    let client = try await Client.connect(to: running.address)
    #expect(try await client.read([UInt8](repeating: 0, count: 3840)).body.count == 3840)
    await #expect(throws: ClientError.bodyTooLarge(byteCount: 3841, limit: 3840)) {
      try await client.read([UInt8](repeating: 0, count: 3841))
    }
    #expect(record.executed.withLock { $0.count } == 1)
    #expect(await running.stop())
  }
}
