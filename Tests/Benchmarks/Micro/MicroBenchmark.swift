/// A piece of the product beside a baseline: work that it cannot do without, or what one would take in its place.
struct MicroBenchmark {
  enum Unit: String {
    case nanoseconds = "ns/op"
    case bytesPerSecond = "bytes/s"
  }

  struct Effort {
    /// After one that does not count.
    let rounds: Int
    /// Nanoseconds that each of the two is at work in a round, at least one pass.
    let roundTime: Double

    static let usual = Effort(rounds: 31, roundTime: 8e6)
    static let quick = Effort(rounds: 7, roundTime: 4e6)
  }

  let name: String
  var unit = Unit.nanoseconds
  let ours: Work
  let baselineName: String
  let baseline: Work
  /// Whether a pass of both gives the same.
  var agrees = false

  func measure(_ effort: Effort) -> Measurement {
    var ours = Contender(self.ours, effort)
    var baseline = Contender(self.baseline, effort)
    precondition(!agrees || ours.outcome == baseline.outcome, "\(name): ours and the baseline give the same")
    for round in 0...effort.rounds {
      let counts = round > 0
      // Neither is always the one that finds the caches as the other left them.
      if round.isMultiple(of: 2) {
        ours.takeTurn(counts: counts)
        baseline.takeTurn(counts: counts)
      } else {
        baseline.takeTurn(counts: counts)
        ours.takeTurn(counts: counts)
      }
    }
    return Measurement(self, ours: ours.times, baseline: baseline.times)
  }
}
