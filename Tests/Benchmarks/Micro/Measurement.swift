internal import MKraftOutput

/// A row: what the turns of both took.
struct Measurement {
  private let benchmark: MicroBenchmark
  private let ours: [Double]
  private let baseline: [Double]
  /// The median of what each round gives: what disturbs a round disturbs both of it.
  private let ratio: Double

  /// - Parameters: nanoseconds for an operation, or a byte, round by round.
  init(_ benchmark: MicroBenchmark, ours: [Double], baseline: [Double]) {
    self.benchmark = benchmark
    func shown(_ times: [Double]) -> [Double] {
      benchmark.unit == .bytesPerSecond ? times.map { 1e9 / $0 } : times
    }
    (self.ours, self.baseline) = (shown(ours), shown(baseline))
    ratio = Measurement.median(zip(self.ours, self.baseline).map { $0 / $1 })
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
  }

  private func best(_ values: [Double]) -> Double {
    (benchmark.unit == .bytesPerSecond ? values.max() : values.min()) ?? 0
  }

  func write(to json: JSONWriter) {
    json.object {
      json.field("work", benchmark.name)
      json.field("unit", benchmark.unit.rawValue)
      json.key("ours")
      json.number(rounded(Measurement.median(ours)))
      json.key("best")
      json.number(rounded(best(ours)))
      json.field("baseline_name", benchmark.baselineName)
      json.key("baseline")
      json.number(rounded(Measurement.median(baseline)))
      json.key("baseline_best")
      json.number(rounded(best(baseline)))
      json.key("ratio")
      json.number((ratio * 1000).rounded() / 1000)
    }
  }

  /// Without digits that mean nothing.
  private func rounded(_ value: Double) -> Double {
    benchmark.unit == .bytesPerSecond ? (value / 1e6).rounded() * 1e6 : (value * 100).rounded() / 100
  }
}
