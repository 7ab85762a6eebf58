package import MKraftFormat

/// The log that some conditions ask for: fewest checkpoints without a stall, within a budget.
package enum LogAdvice: Sendable, Equatable {
  /// As asked for, it is right.
  case asAsked
  /// Nothing was weighed, for how long a checkpoint takes is not known.
  case checkpointUnknown
  /// Nothing was weighed, for the rate is not known.
  case rateUnknown
  case geometry(Geometry)
  /// No log of so many slots takes the rate without stalls; so many would.
  case moreSlots(UInt64)
  /// The budget holds fewer slots than a log has at least.
  case budgetTooSmall
  /// No log takes that rate with checkpoints so long.
  case impossible

  /// - Parameters:
  ///   - asked: what stands on the command line.
  ///   - budget: bytes of both rings: the number of slots follows from it.
  package static func on(_ asked: Geometry, _ conditions: LogConditions, budget: UInt64? = nil) -> LogAdvice {
    var advised = asked
    if let budget {
      let fitting = LogSizing.slots(
        budget: budget, messageSize: asked.messageSize, slotUnit: UInt64(asked.headersPerUnit))
      guard fitting >= UInt64(Geometry.slotCountRange.lowerBound) else { return .budgetTooSmall }
      advised.slotCount = UInt32(min(fitting, UInt64(Geometry.slotCountRange.upperBound)))
      advised.headroom = Geometry.defaultHeadroom(slotCount: advised.slotCount)
    }
    if let rate = conditions.rate, let tau = conditions.checkpoint {
      let pipeline = Double(asked.pipeline)
      let needed = LogSizing.headroom(rate: rate, checkpoint: tau, pipeline: pipeline) + pipeline
      guard needed < Double(Geometry.slotCountRange.upperBound) else { return .impossible }
      advised.headroom = UInt32(needed)
    } else if advised.slotCount == asked.slotCount {
      return conditions.checkpoint == nil ? .checkpointUnknown : .rateUnknown
    }
    advised.checkpointInterval = advised.longestInterval
    if advised.brokenInvariants.isEmpty {
      return isWorthIt(advised, instead: asked, conditions, budget) ? .geometry(advised) : .asAsked
    }
    guard advised.brokenInvariants.contains(.geometryInterval) else { return .impossible }
    return slotsFor(advised)
  }

  /// Another log is advised if the one asked for stalls, or takes checkpoints much more often, or is of another size than the budget's.
  private static func isWorthIt(
    _ advised: Geometry, instead asked: Geometry, _ conditions: LogConditions, _ budget: UInt64?
  ) -> Bool {
    guard budget == nil || advised.slotCount == asked.slotCount else { return true }
    let stall = LogFigures(asked, conditions).stall ?? 0
    return stall > 0 || Double(advised.checkpointInterval) > 1.1 * Double(asked.checkpointInterval)
  }

  /// An interval longer than the headroom, N - B - P - max(P, h) > h, in whole units of headers.
  private static func slotsFor(_ geometry: Geometry) -> LogAdvice {
    let (pipeline, reserve) = (UInt64(geometry.pipeline), UInt64(Geometry.noopReserve))
    let headroom = UInt64(max(geometry.headroom, geometry.pipeline))
    let needed = 2 * max(headroom, reserve) + 1 + reserve + pipeline
    let unit = UInt64(geometry.headersPerUnit)
    let slots = (needed + unit - 1) / unit * unit
    return slots <= UInt64(Geometry.slotCountRange.upperBound) ? .moreSlots(slots) : .impossible
  }
}
