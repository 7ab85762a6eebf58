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
    let waited = load.stalls.sum / 1e6
    self.init(
      geometry, rate: Double(load.opCount) / max(load.seconds - waited, 1e-9),
      throughput: Double(load.opCount) / load.seconds, checkpoints: load.checkpoints, stalls: load.stalls)
  }

  package init(_ geometry: Geometry, rate: Double, throughput: Double, checkpoints: Rate, stalls: Rate) {
    (self.geometry, self.rate, self.throughput) = (geometry, rate, throughput)
    (self.checkpoints, self.stalls) = (checkpoints, stalls)
  }

  /// Ops that come during a checkpoint, in the mean; nil if none was seen.
  package var opsDuring: Double? { checkpoints.count > 0 ? rate * checkpoints.mean / 1e6 : nil }

  /// Microseconds in which the headroom is used up: a checkpoint that takes longer is waited for.
  private var headroomTime: Double { Double(geometry.headroom) / rate * 1e6 }

  /// Checkpoints at which the formula says that writers wait.
  package var predictedCount: Int { checkpoints.count(above: headroomTime) }

  /// Seconds that the formula makes of it per checkpoint, each with its own duration.
  package var predictedStall: Double? {
    checkpoints.count > 0 ? checkpoints.excess(over: headroomTime) / 1e6 / Double(checkpoints.count) : nil
  }

  /// Seconds that were really waited, per checkpoint.
  package var measuredStall: Double? {
    checkpoints.count > 0 ? stalls.sum / 1e6 / Double(checkpoints.count) : nil
  }

  /// Whether most checkpoints are waited for, by the formula.
  package var stallIsPredicted: Bool? { checkpoints.count > 0 ? predictedCount * 2 > checkpoints.count : nil }

  /// Whether most checkpoints were waited for.
  package var stallIsSeen: Bool? { checkpoints.count > 0 ? stalls.count * 2 > checkpoints.count : nil }
}
