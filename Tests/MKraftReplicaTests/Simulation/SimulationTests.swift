import Glibc
import Testing

@Suite("Power cuts at any point of a run with pipelined writes")
struct SimulationTests {
  /// Cuts in all: 10,000 and more, over seeds 1 to `seeds`. `MKRAFT_SIMULATION_SEEDS` sets another number of seeds: more for
  /// a long run by hand, fewer where one fault in the code is to be found quickly.
  static let usualSeeds: UInt64 = 50
  static let seeds =
    unsafe getenv("MKRAFT_SIMULATION_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) } ?? usualSeeds
  static let cutsPerSeed = 210

  @Test func nothingAcknowledgedIsLostAndNothingIsDoubled() throws {
    var totals = Simulation.Totals()
    for seed in 1...SimulationTests.seeds {
      var simulation = try Simulation(seed: seed)
      try simulation.run(cuts: SimulationTests.cutsPerSeed)
      totals.cuts += simulation.totals.cuts
      totals.acknowledged += simulation.totals.acknowledged
      totals.cutsWithWritesInFlight += simulation.totals.cutsWithWritesInFlight
      totals.cutsWhileStarting += simulation.totals.cutsWhileStarting
      totals.tornTails += simulation.totals.tornTails
      totals.checkpoints += simulation.totals.checkpoints
      #expect(simulation.totals.violations.isEmpty, "\(simulation.totals.violations)")
      guard simulation.totals.violations.isEmpty else { break }
    }
    print(
      "simulation: \(totals.cuts) cuts, \(totals.cutsWithWritesInFlight) with writes in flight,",
      "\(totals.cutsWhileStarting) while starting, \(totals.tornTails) torn tails, \(totals.checkpoints) checkpoints,",
      "\(totals.acknowledged) requests acknowledged, 0 lost")
    // A usual run must have met what it is about.
    guard SimulationTests.seeds >= SimulationTests.usualSeeds else { return }
    #expect(totals.cuts >= 10_000)
    #expect(totals.cutsWithWritesInFlight >= 5_000)
    #expect(totals.tornTails >= 500)
    #expect(totals.checkpoints >= 500)
  }
}
