/// How often something was done, and how long it took each time.
struct Rate: Sendable {
  /// Microseconds, ascending.
  private let latencies: [Double]
  private let seconds: Double

  init(_ latencies: [Double], seconds: Double) {
    self.latencies = latencies.sorted()
    self.seconds = seconds
  }

  var perSecond: Double { Double(latencies.count) / seconds }
  var median: Double { percentile(0.5) }
  var p99: Double { percentile(0.99) }
  var largest: Double { latencies.last ?? 0 }

  private func percentile(_ share: Double) -> Double {
    latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
  }
}

extension Duration {
  var microseconds: Double { self / .microseconds(1) }
}
