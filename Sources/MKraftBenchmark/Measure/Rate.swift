/// How often something was done, and how long it took each time.
package struct Rate: Sendable {
  /// Microseconds, ascending.
  private let latencies: [Double]
  private let seconds: Double

  /// - Parameters:
  ///   - latencies: microseconds, in any order.
  ///   - seconds: the time in which all of it was done.
  package init(_ latencies: [Double], seconds: Double) {
    self.latencies = latencies.sorted()
    self.seconds = seconds
  }

  /// All of them as one: work that was done at different times.
  package static func merged(_ rates: [Rate]) -> Rate {
    Rate(rates.flatMap(\.latencies), seconds: rates.reduce(0) { $0 + $1.seconds })
  }

  package var count: Int { latencies.count }
  package var perSecond: Double { seconds > 0 ? Double(latencies.count) / seconds : 0 }
  package var median: Double { percentile(50) }
  package var p99: Double { percentile(99) }
  package var p999: Double { percentile(99.9) }
  package var smallest: Double { latencies.first ?? 0 }
  package var largest: Double { latencies.last ?? 0 }
  package var mean: Double { latencies.isEmpty ? 0 : sum / Double(latencies.count) }

  /// Microseconds of all together.
  package var sum: Double { latencies.reduce(0, +) }

  /// How many took longer than `limit` microseconds.
  package func count(above limit: Double) -> Int { latencies.count { $0 > limit } }

  /// The microseconds beyond `limit` of all that took longer.
  package func excess(over limit: Double) -> Double { latencies.reduce(0) { $0 + max(0, $1 - limit) } }

  /// The least latency that `percent` of all do not exceed (nearest rank); 0 if there is none.
  package func percentile(_ percent: Double) -> Double {
    guard !latencies.isEmpty else { return 0 }
    // A rank that is whole but for the rounding of binary fractions is that rank.
    let rank = Int((Double(latencies.count) * percent / 100 - 1e-9).rounded(.up))
    return latencies[min(max(rank, 1), latencies.count) - 1]
  }
}

extension Duration {
  package var microseconds: Double { self / .microseconds(1) }
  package var seconds: Double { self / .seconds(1) }
}
