package import MKraftFormat

/// Whether a replica stalled where the formula says, in one load.
package struct StallCheck: Sendable {
  package let geometry: Geometry
  /// Ops a second while nothing waited.
  package let rate: Double
  /// Ops a second of the whole load.
  package let throughput: Double
  /// Checkpoints seen from begin to end, and how long they took.
  package let checkpoints: Rate
  /// Waits for one of them.
  package let stalls: Rate

  package init(_ geometry: Geometry, _ load: ServedLoad.Result) {
    let waited = load.stalls.mean * Double(load.stalls.count) / 1e6
    self.init(
      geometry, rate: Double(load.opCount) / max(load.seconds - waited, 1e-9),
      throughput: Double(load.opCount) / load.seconds, checkpoints: load.checkpoints, stalls: load.stalls)
  }

  package init(_ geometry: Geometry, rate: Double, throughput: Double, checkpoints: Rate, stalls: Rate) {
    (self.geometry, self.rate, self.throughput) = (geometry, rate, throughput)
    (self.checkpoints, self.stalls) = (checkpoints, stalls)
  }

  /// How long a middling checkpoint took; nil if none was seen.
  package var checkpointSeconds: Double? { checkpoints.count > 0 ? checkpoints.median / 1e6 : nil }

  /// Ops that come during a checkpoint of middling length; nil if none was seen.
  package var opsDuring: Double? { checkpointSeconds.map { rate * $0 } }

  /// Seconds that the formula makes of it at each checkpoint.
  package var predictedStall: Double? {
    checkpointSeconds.map {
      LogSizing.stall(rate: rate, headroom: Double(geometry.headroom), checkpoint: $0)
    }
  }

  /// Seconds that it really waited, per checkpoint.
  package var measuredStall: Double? {
    guard checkpoints.count > 0 else { return nil }
    return stalls.mean * Double(stalls.count) / 1e6 / Double(checkpoints.count)
  }

  package var stallIsPredicted: Bool? { predictedStall.map { $0 > 0 } }

  /// Whether it waited at more than half of its checkpoints: half of them are longer than the middling one of the prediction.
  package var stallIsSeen: Bool? { checkpoints.count > 0 ? stalls.count * 2 > checkpoints.count : nil }
}
