internal import Glibc

/// One of the two that take turns.
struct Contender {
  private let work: Work
  /// Passes of a turn.
  private let passes: Int
  /// What every pass gives.
  let outcome: UInt64
  /// Nanoseconds for an operation, or a byte, in each turn that counts.
  private(set) var times: [Double] = []

  /// Finds out how many passes a turn takes.
  init(_ work: Work, _ effort: MicroBenchmark.Effort) {
    self.work = work
    work.prepare?()
    outcome = work.pass()
    let (time, _) = Contender.time(work, passes: 1, outcome)
    // What is made anew before each pass is passed once.
    passes = work.prepare == nil ? max(1, Int(effort.roundTime / max(1, time))) : 1
  }

  mutating func takeTurn(counts: Bool) {
    let (time, amount) = Contender.time(work, passes: passes, outcome)
    if counts { times.append(time / Double(amount)) }
  }

  private static func time(_ work: Work, passes: Int, _ outcome: UInt64) -> (nanoseconds: Double, amount: Int) {
    work.prepare?()
    let begin = now()
    for _ in 0..<passes {
      let found = work.pass()
      precondition(found == outcome, "every pass gives the same")
    }
    return (now() - begin, passes * work.amount)
  }

  /// Nanoseconds that this thread has had a processor: nothing here waits for anything, and what others do in between is not ours.
  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
