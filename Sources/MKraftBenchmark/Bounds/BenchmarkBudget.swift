internal import Synchronization

/// The time that a benchmark may take, and whether it was asked to end. Every load looks at it between two operations.
package final class BenchmarkBudget: Sendable {
  private let end: ContinuousClock.Instant
  private let signal = Atomic<Int32>(0)

  /// The time begins now.
  package init(timeLimit: Duration) { end = .now + timeLimit }

  /// What is left of the time, or 0.
  package var remaining: Duration { max(.zero, end - ContinuousClock.now) }

  /// Asks everything under way to end.
  package func interrupt(_ number: Int32) { signal.store(number, ordering: .sequentiallyConsistent) }

  /// The signal that asked for the end; nil if none did.
  package var interruption: Int32? {
    let number = signal.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  /// - Throws: that a signal came.
  package func check() throws(BenchmarkError) {
    if let interruption { throw .interrupted(signal: interruption) }
  }

  /// Whether work that is to go on until `moment` is over.
  package func isOver(_ moment: ContinuousClock.Instant) -> Bool { .now >= moment || interruption != nil }
}
