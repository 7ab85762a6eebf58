/// The time of one step, with all that it prepares.
package struct StepTime: Sendable {
  private let end: ContinuousClock.Instant

  init(_ share: Duration) { end = .now + share }

  /// What is left to measure in: little at least, or nothing would be said.
  var left: Duration { max(TimeShare.least, end - ContinuousClock.now) }
}

/// The steps of a benchmark, one after the other, each with its share of the time that is left.
package final class BenchmarkSteps {
  package let budget: BenchmarkBudget
  private let count: Int
  private let progress: @Sendable (_ done: Int, _ count: Int) -> Void
  private var done = 0
  /// What was left out, since the time was over or the space too small.
  package private(set) var skipped: [String] = []

  /// - Parameters:
  ///   - count: steps there will be.
  ///   - progress: called after each.
  init(
    _ budget: BenchmarkBudget, count: Int, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
  ) {
    (self.budget, self.count, self.progress) = (budget, count, progress)
  }

  /// Does the next step; nil if no time is left for it.
  /// - Parameter weight: its share of the time, where a usual step's is 1.
  func next<Value>(
    _ name: String, weight: Double = 1, _ body: (StepTime) async throws -> Value
  ) async throws -> Value? {
    precondition(done < count, "as many steps as were announced")
    try budget.check()
    let weightLeft = weight + Double(count - done - 1)
    defer {
      done += 1
      progress(done, count)
    }
    guard let time = TimeShare.next(remaining: budget.remaining, weight: weight, weightLeft: weightLeft) else {
      skip(name)
      return nil
    }
    do { return try await body(StepTime(time)) } catch FillError.interrupted {
      try budget.check()
      skip(name)
      return nil
    }
  }

  func skip(_ name: String) { skipped.append(name) }
}
