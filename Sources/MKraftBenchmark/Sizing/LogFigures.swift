package import MKraftFormat

/// What follows from a log's geometry under some conditions; nil where those that it takes are not known.
package struct LogFigures: Sendable {
  package let geometry: Geometry
  package let conditions: LogConditions

  package init(_ geometry: Geometry, _ conditions: LogConditions) {
    precondition(geometry.brokenInvariants.isEmpty, "a geometry that a file can have")
    (self.geometry, self.conditions) = (geometry, conditions)
  }

  private var slots: Double { Double(geometry.slotCount) }
  private var interval: Double { Double(geometry.checkpointInterval) }
  private var pipeline: Double { Double(geometry.pipeline) }

  /// Ops that can be executed behind a checkpoint before anybody waits for it, whatever order they come in.
  package var sureHeadroom: Double {
    LogSizing.sureHeadroom(min(Double(geometry.headroom), interval), pipeline: pipeline)
  }

  /// Bytes of both rings.
  package var ringByteCount: UInt64 { UInt64(geometry.slotCount) * LogSizing.slotByteCount(geometry.messageSize) }
  package var headerShare: Double { LogSizing.headerShare(messageSize: geometry.messageSize) }
  package var checkpointsPerMillionOps: Double { LogSizing.checkpointsPerMillionOps(interval: interval) }

  /// Seconds from one checkpoint to the next.
  package var period: Double? { conditions.rate.map { interval / $0 } }

  /// Ops a second above which writers stall.
  package var stallRate: Double? {
    conditions.checkpoint.map { LogSizing.stallRate(headroom: sureHeadroom, interval: interval, checkpoint: $0) }
  }

  /// The same, with the best headroom for this many slots: half of what the ring holds is headroom, of which a pipeline is not sure.
  package var stallFreeRateMax: Double? {
    conditions.checkpoint.map {
      LogSizing.stallFreeRateMax(
        slots: slots, reserve: Double(Geometry.noopReserve) + 2 * pipeline, pipeline: pipeline, checkpoint: $0)
    }
  }

  /// Seconds that writers wait at each checkpoint.
  package var stall: Double? {
    guard let rate = conditions.rate, let tau = conditions.checkpoint else { return nil }
    return LogSizing.stall(rate: rate, headroom: sureHeadroom, checkpoint: tau)
  }

  /// The share of the rate that is left with these stalls.
  package var throughputFactor: Double? {
    guard let rate = conditions.rate, let tau = conditions.checkpoint else { return nil }
    return LogSizing.throughputFactor(
      rate: rate, interval: interval, headroom: sureHeadroom, checkpoint: tau)
  }

  /// Bytes of the ring that a start reads, at most.
  package var restartByteCount: UInt64 { geometry.byteCount(of: .walPrepares) }

  /// Seconds to read them all, without executing anything.
  package var ringReading: Double? {
    conditions.bytesPerSecond.map {
      LogSizing.ringReading(slots: slots, messageSize: geometry.messageSize, bytesPerSecond: $0)
    }
  }
}
