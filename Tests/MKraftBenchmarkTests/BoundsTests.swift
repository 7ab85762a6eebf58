import Glibc
import MKraftBenchmark
import MKraftFormat
import Testing

/// Time and space stay within what was allowed.
@Suite struct BoundsTests {
  @Test func timeIsSharedByWeight() {
    #expect(TimeShare.next(remaining: .seconds(10), weight: 1, weightLeft: 4) == .milliseconds(2500))
    #expect(TimeShare.next(remaining: .seconds(10), weight: 3, weightLeft: 3) == .seconds(10))
    #expect(TimeShare.next(remaining: .milliseconds(19), weight: 1, weightLeft: 1) == nil)
    #expect(TimeShare.next(remaining: .milliseconds(40), weight: 1, weightLeft: 100) == TimeShare.least)
  }

  /// Steps that take exactly what they are given use up the whole, and no more.
  @Test func sharesAddUp() throws {
    let weights = [1.0, 2, 2, 5]
    var remaining = Duration.seconds(20)
    for (index, weight) in weights.enumerated() {
      let left = weights[index...].reduce(0, +)
      remaining -= try #require(TimeShare.next(remaining: remaining, weight: weight, weightLeft: left))
    }
    #expect(abs(remaining / .nanoseconds(1)) < 100)
  }

  @Test func interruptionEndsEverything() {
    let budget = BenchmarkBudget(timeLimit: .seconds(1000))
    let later = ContinuousClock.now + .seconds(500)
    #expect(!budget.isOver(later))
    budget.interrupt(SIGINT)
    #expect(budget.isOver(later) && budget.interruption == SIGINT)
    #expect(throws: BenchmarkError.self) { try budget.check() }
  }

  /// A file's largest size, whatever is written to it, is within the space.
  @Test func filesStayWithinTheSpace() {
    for byteCount in [BenchmarkSpace.least, 128 << 20, 1 << 30, 4 << 30] as [UInt64] {
      let space = BenchmarkSpace(byteCount)
      var found = 0
      for messageSize in [4096, 65536, 1 << 20] as [UInt32] {
        for sessions in [1, 8, 32] {
          guard let geometry = space.geometry(messageSize: messageSize, sessions: sessions) else { continue }
          found += 1
          #expect(geometry.offset(of: .grid) + geometry.byteCount(of: .grid) <= byteCount)
          #expect(geometry.brokenInvariants.isEmpty && space.stateByteCount * 8 <= geometry.byteCount(of: .grid))
        }
      }
      #expect(found >= 3 && space.geometry(messageSize: 4096, sessions: 32) != nil, "\(byteCount)")
    }
  }

  /// Nothing that an entry of the log could not hold.
  @Test func requestsFitTheirMessages() {
    #expect(RequestShape(batch: 1, valueSize: 100).messageSize == 4096)
    #expect(RequestShape(batch: 64, valueSize: 1000).messageSize == 131_072)
    #expect(RequestShape(batch: 1, valueSize: 1 << 20).messageSize == nil)
    for size in [4096, 65536, 1 << 20] as [UInt32] {
      let shape = RequestShape.filling(messageSize: size)
      #expect(shape.messageSize == size && Int(size) - shape.entryByteCount < 8)
    }
  }
}
