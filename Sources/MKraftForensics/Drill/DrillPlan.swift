package import MKraftFormat
internal import MKraftStorage

/// What a drill will do, from its seed and the number of kills.
package struct DrillPlan: Sendable, Equatable {
  /// One life of the replica, up to its kill.
  package struct Round: Sendable, Equatable {
    /// The replica is killed after so many acknowledgements,
    package let acknowledgements: Int
    /// and this time, microseconds.
    package let delay: Int
    /// Kills while the replica starts, before this round; each after this share of the time of the last start, in thousandths.
    package let startKills: [Int]
  }

  package static let killsRange = 1...1000
  package static let wrapsRange = 0...100
  /// How often the ring wraps at least, unless another number is asked for.
  package static let usualWraps = 3
  package static let acknowledgementsRange = 200...800
  /// Most acknowledgements beyond those of the plan that clients fetch while the kill is on its way.
  package static let overshootMax = 200
  /// Of the last life, which ends with a clean stop.
  package static let lastAcknowledgements = 400
  static let delayRange = 0...1500
  /// One round of so many has a kill while the replica starts.
  static let startKillShare = 4

  package let seed: UInt64
  package let rounds: [Round]
  /// Client sessions, each with one request in flight at a time.
  package let sessions = 32
  /// Connections that they share.
  package let connections = 2
  package let wraps: Int
  package let geometry: Geometry
  package let workload: DrillWorkload

  /// - Parameters:
  ///   - kills: how often the replica is killed.
  ///   - wraps: how often at least the ring of the log wraps; the fewer slots it has, the more checkpoints are taken. 0: it is large
  ///     enough for all entries, and there is no checkpoint.
  package init(kills: Int, wraps: Int = DrillPlan.usualWraps, seed: UInt64) {
    precondition(DrillPlan.killsRange.contains(kills), "a drill kills at least once")
    self.seed = seed
    workload = DrillWorkload(seed: seed)
    var generator = SplitMix64(seed: seed)
    rounds = (0..<kills).map { DrillPlan.round($0, &generator) }
    self.wraps = wraps
    geometry = DrillPlan.geometry(rounds, sessions: sessions, wraps: wraps)
  }

  private static func round(_ index: Int, _ generator: inout SplitMix64) -> Round {
    let acknowledgements = Int.random(in: acknowledgementsRange, using: &generator)
    let delay = Int.random(in: delayRange, using: &generator)
    // The first start has nothing to lose yet.
    let isKilledStarting = Int.random(in: 1...startKillShare, using: &generator) == 1 && index > 0
    let moment = Int.random(in: 0...1000, using: &generator)
    return Round(
      acknowledgements: acknowledgements, delay: delay, startKills: isKilledStarting ? [moment] : [])
  }

  /// Bytes of the grid that the replica keeps in memory: less than what the drill writes, so that blocks are read back.
  package var cacheByteCount: UInt64 { 1 << 20 }

  /// A ring that the entries of the drill wrap often enough, or, without wraps, one that all of them fit into.
  private static func geometry(_ rounds: [Round], sessions: Int, wraps: Int) -> Geometry {
    let slotsPerUnit = Int(Geometry.defaultIOUnit) / PrepareHeader.byteCount
    let units =
      wraps == 0
      ? (opsMax(rounds, sessions: sessions) * 10 / 8 + slotsPerUnit) / slotsPerUnit
      : max(Int(Geometry.slotCountRange.lowerBound), opsMin(rounds) / (wraps + 1)) / slotsPerUnit
    return Geometry(
      slotCount: UInt32(units * slotsPerUnit), messageSize: 4096, pipeline: 16, blockSize: 16 << 10)
  }

  /// Fewest ops that the drill makes.
  private static func opsMin(_ rounds: [Round]) -> Int {
    rounds.reduce(lastAcknowledgements) { $0 + $1.acknowledgements }
  }

  /// Most ops that it can make: the session of each client, its requests, a no-op for every start.
  private static func opsMax(_ rounds: [Round], sessions: Int) -> Int {
    let requests = rounds.reduce(lastAcknowledgements) { $0 + $1.acknowledgements + overshootMax + sessions }
    let starts = rounds.reduce(1) { $0 + 1 + $1.startKills.count }
    return sessions + requests + starts + Int(Geometry.noopReserve)
  }
}
