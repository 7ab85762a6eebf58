package import MKraftFormat

/// Whether a replica stalled where the formula says, in one load.
package struct StallCheck: Sendable {
  package enum Verdict: Sendable, CaseIterable {
    case noCheckpoint
    /// What the others are predicted from.
    case reference
    case tooClose
    case stallsAsPredicted
    case noneAsPredicted
    case notAsPredicted
  }

  package let geometry: Geometry
  /// What another load made expect; nil for that load itself.
  package let forecast: StallForecast?
  /// Ops a second while nothing waited.
  package let rate: Double
  /// Ops a second of the whole load.
  package let throughput: Double
  /// Checkpoints seen from begin to end.
  package let spans: [CheckpointSpan]
  /// How long they took.
  package let checkpoints: Rate
  /// Waits for one of them.
  package let stalls: Rate

  package init(_ geometry: Geometry, _ load: ServedLoad.Result, _ forecast: StallForecast? = nil) {
    let waited = load.stalls.sum / 1e6
    self.init(
      geometry, forecast, rate: Double(load.opCount) / max(load.seconds - waited, 1e-9),
      throughput: Double(load.opCount) / load.seconds, spans: load.checkpointSpans, stalls: load.stalls)
  }

  package init(
    _ geometry: Geometry, _ forecast: StallForecast? = nil, rate: Double, throughput: Double,
    spans: [CheckpointSpan], stalls: Rate
  ) {
    (self.geometry, self.forecast, self.rate, self.throughput) = (geometry, forecast, rate, throughput)
    (self.spans, self.stalls) = (spans, stalls)
    let durations = spans.map(\.duration)
    checkpoints = Rate(durations, seconds: durations.reduce(0, +) / 1e6)
  }

  /// Lambda of the formula: ops a second during checkpoints, while nobody waited; nil if none was seen. Not that of the whole load,
  /// since ops come in bursts.
  package var rateDuring: Double? {
    let time = spans.reduce(0) { $0 + $1.openTime }
    return time > 0 ? Double(spans.reduce(0) { $0 + $1.ops }) / time * 1e6 : nil
  }

  /// Ops a second with which the longest checkpoint would see as many ops as any checkpoint did, or would have without a wait; that of
  /// the whole load if those are more. A short checkpoint in a burst asks for no longer headroom than the ops it had.
  package var peakRate: Double {
    let most = spans.compactMap { span in span.rate.map { $0 * span.duration } }.max() ?? 0
    return max(rate, checkpoints.count > 0 ? most / checkpoints.largest : 0)
  }

  /// Ops that come during a checkpoint, in the mean; nil if none was seen.
  package var opsDuring: Double? { rateDuring.map { $0 * checkpoints.mean / 1e6 } }

  /// What this load makes expect of others with the same interval.
  package var forecastForOthers: StallForecast? { StallForecast(rate: rateDuring, durations: checkpoints) }

  /// Checkpoints at which the formula says that writers wait; nil if nothing was predicted.
  package var predictedCount: Int? { forecast.map { checkpoints.count(above: $0.leastTime(geometry)) } }

  /// Seconds that the formula makes of it per checkpoint, each with its own duration.
  package var predictedStall: Double? {
    guard checkpoints.count > 0, let forecast else { return nil }
    return checkpoints.excess(over: forecast.leastTime(geometry)) / 1e6 / Double(checkpoints.count)
  }

  /// Seconds that were really waited, per checkpoint.
  package var measuredStall: Double? {
    checkpoints.count > 0 ? stalls.sum / 1e6 / Double(checkpoints.count) : nil
  }

  /// Whether writers are to wait, by the formula; nil if it is too close to tell.
  package var stallIsPredicted: Bool? {
    guard checkpoints.count > 0, let forecast else { return nil }
    switch forecast.expectation(for: geometry, seen: checkpoints) {
    case .stall: return true
    case .none: return false
    case .tooClose: return nil
    }
  }

  /// Whether most checkpoints were waited for.
  package var stallIsSeen: Bool? { checkpoints.count > 0 ? stalls.count * 2 > checkpoints.count : nil }

  package var verdict: Verdict {
    guard let stallIsSeen else { return .noCheckpoint }
    guard forecast != nil else { return .reference }
    switch stallIsPredicted {
    case nil: return .tooClose
    case true?: return stallIsSeen ? .stallsAsPredicted : .notAsPredicted
    // Where all checkpoints are shorter than the headroom lasts, one wait is one too many.
    case false?: return stalls.count == 0 ? .noneAsPredicted : .notAsPredicted
    }
  }
}
