package import MKraftFormat

/// What the checkpoints of one load say of logs with other headrooms and the same interval: a stall comes at a checkpoint that takes
/// longer than its headroom lasts (recovery-theory C4).
package struct StallForecast: Sendable {
  package enum Expectation: Sendable {
    case stall
    case none
    /// The headroom lasts about as long as checkpoints take.
    case tooClose
  }

  /// Ops a second during checkpoints, while nobody waited.
  package let rate: Double
  private let durations: Rate

  /// Nil if the load shows no rate.
  package init?(rate: Double?, durations: Rate) {
    guard let rate, rate > 0, durations.count > 0 else { return nil }
    (self.rate, self.durations) = (rate, durations)
  }

  /// Microseconds for which a headroom lasts at least: a write of headers commits up to a pipeline of ops at once.
  package func leastTime(_ geometry: Geometry) -> Double {
    LogSizing.sureHeadroom(Double(geometry.headroom), pipeline: Double(geometry.pipeline)) / rate * 1e6
  }

  /// - Parameter seen: how long checkpoints took in the log that is judged.
  package func expectation(for geometry: Geometry, seen: Rate) -> Expectation {
    let mostTime = Double(geometry.headroom) / rate * 1e6
    if mostTime < min(durations.smallest, seen.smallest) { return .stall }
    if leastTime(geometry) > max(durations.largest, seen.largest) { return .none }
    return .tooClose
  }
}
