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
  package let geometry: Geometry
  package let workload: DrillWorkload

  package init(kills: Int, seed: UInt64) {
    precondition(DrillPlan.killsRange.contains(kills), "a drill kills at least once")
    self.seed = seed
    workload = DrillWorkload(seed: seed)
    var generator = SplitMix64(seed: seed)
    rounds = (0..<kills).map { DrillPlan.round($0, &generator) }
    geometry = DrillPlan.geometry(rounds, sessions: sessions)
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

  /// A ring for all ops that the drill can make: the session of each client, its requests, a no-op for every start.
  private static func geometry(_ rounds: [Round], sessions: Int) -> Geometry {
    let requests = rounds.reduce(lastAcknowledgements) { $0 + $1.acknowledgements + overshootMax + sessions }
    let starts = rounds.reduce(1) { $0 + 1 + $1.startKills.count }
    let ops = sessions + requests + starts + Int(Geometry.noopReserve)
    let slotsPerUnit = Int(Geometry.defaultIOUnit) / PrepareHeader.byteCount
    return Geometry(
      slotCount: UInt32((ops + slotsPerUnit) / slotsPerUnit * slotsPerUnit), messageSize: 4096, pipeline: 16)
  }
}
