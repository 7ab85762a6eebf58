import Glibc
import MKraftServer
import Testing

@Suite(.serialized, .ownThreads, .timeLimit(OwnThreads.patience)) struct SignalSourceTests {
  @Test func signalsReachTheActionInOrderOfArrival() async throws {
    let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
    let source = try #require(SignalSource([SIGUSR1, SIGUSR2]) { continuation.yield($0) })
    var arrived = signals.makeAsyncIterator()
    kill(getpid(), SIGUSR1)
    #expect(await arrived.next() == SIGUSR1)
    kill(getpid(), SIGUSR2)
    #expect(await arrived.next() == SIGUSR2)
    source.cancel()
  }

  @Test func aSecondSourceMayFollowACancelledOne() async throws {
    for _ in 0..<2 {
      let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
      let source = try #require(SignalSource([SIGUSR1]) { continuation.yield($0) })
      kill(getpid(), SIGUSR1)
      var arrived = signals.makeAsyncIterator()
      #expect(await arrived.next() == SIGUSR1)
      source.cancel()
    }
  }
}
