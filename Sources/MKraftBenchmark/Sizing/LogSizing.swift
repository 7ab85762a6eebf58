internal import MKraftFormat

/// The formulas of recovery-theory C3 and C4, as they stand there. N slots in each ring, messages of M bytes and headers of H, a
/// reserve of B slots, a pipeline of P, a headroom of h ops behind a checkpoint, an interval of I ops between two; lambda ops a
/// second, and tau seconds for a checkpoint.
package enum LogSizing {
  /// Slots come in whole units of headers.
  package static let slotUnit = UInt64(Int(Geometry.defaultIOUnit) / PrepareHeader.byteCount)

  /// M + H: what a slot takes in both rings, bytes.
  package static func slotByteCount(_ messageSize: UInt32) -> UInt64 {
    UInt64(messageSize) + UInt64(PrepareHeader.byteCount)
  }

  /// N = floor(D / (M + H)), in whole units of headers, for D bytes of both rings.
  package static func slots(budget: UInt64, messageSize: UInt32, slotUnit: UInt64 = LogSizing.slotUnit) -> UInt64 {
    budget / slotByteCount(messageSize) / slotUnit * slotUnit
  }

  /// H / (M + H): the share of the header ring in both, whatever N is.
  package static func headerShare(messageSize: UInt32) -> Double {
    Double(PrepareHeader.byteCount) / Double(slotByteCount(messageSize))
  }

  /// 10^6 / I.
  package static func checkpointsPerMillionOps(interval: Double) -> Double { 1e6 / interval }

  /// h >= max(P, ceil(lambda * tau)): ops that come during a checkpoint.
  package static func headroom(rate: Double, checkpoint tau: Double, pipeline: Double) -> Double {
    // What the product is above a whole number by the rounding of binary fractions is no op.
    max(pipeline, (rate * tau - 1e-9).rounded(.up))
  }

  /// h - P, 0 at least: what of a headroom is certain to be there, for a write of headers commits up to P ops at once, and a
  /// checkpoint may begin in the middle of them.
  package static func sureHeadroom(_ headroom: Double, pipeline: Double) -> Double { max(0, headroom - pipeline) }

  /// I = N - B - P - max(P, h): the longest that never stalls; below 1 if there is none.
  package static func interval(slots: Double, reserve: Double, pipeline: Double, headroom: Double) -> Double {
    slots - reserve - pipeline - max(pipeline, headroom)
  }

  /// (N - B - P) / (2 tau): no ring of N slots takes more without stalls, whatever its headroom, since a checkpoint must be over when
  /// the next is due.
  package static func stallFreeRateMax(slots: Double, reserve: Double, pipeline: Double, checkpoint tau: Double)
    -> Double
  {
    (slots - reserve - pipeline) / (2 * tau)
  }

  /// The rate above which writers stall in a given log: where the ops of a checkpoint's time use up the headroom, or the interval.
  package static func stallRate(headroom: Double, interval: Double, checkpoint tau: Double) -> Double {
    min(headroom, interval) / tau
  }

  /// Seconds that writers wait at each checkpoint: what it takes beyond the time in which the headroom is used up. With a headroom of P
  /// it is the formula for a checkpoint that blocks.
  package static func stall(rate: Double, headroom: Double, checkpoint tau: Double) -> Double {
    max(0, tau - headroom / rate)
  }

  /// The share of `rate` that is left with these stalls.
  package static func throughputFactor(rate: Double, interval: Double, headroom: Double, checkpoint tau: Double)
    -> Double
  {
    let period = interval / rate
    return period / (period + stall(rate: rate, headroom: headroom, checkpoint: tau))
  }

  /// N * M / BW: seconds to read the prepare ring whole. To be up again takes t_apply for each op behind the checkpoint besides.
  package static func ringReading(slots: Double, messageSize: UInt32, bytesPerSecond: Double) -> Double {
    slots * Double(messageSize) / bytesPerSecond
  }
}
