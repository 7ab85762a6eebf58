import MKraftFormat
import MKraftStorage
import Testing

/// Histories of crashes, clean stops and healed faults, and one fault at rest on top of each: nothing acknowledged is lost,
/// and a refusal names the damage.
@Suite struct JournalSweepTests {
  // Fewer where nothing is optimised: there a decision takes milliseconds.
  #if DEBUG
    static let histories: UInt64 = 10
  #else
    static let histories: UInt64 = 250
  #endif
  static let generations = 8
  static let faultsPerCrash = 10

  @Test func nothingAcknowledgedIsLost() {
    var tally = Tally()
    for seed in 0..<Self.histories where !run(seed: seed, &tally) { break }
    // The sweep is worth something only if all of this was met.
    let histories = Int(Self.histories)
    #expect(tally.decisions == histories * Self.generations * (1 + Self.faultsPerCrash))
    #expect(tally.refused > 5 * histories && tally.served > 50 * histories)
    #expect(tally.keptUnacknowledged > histories && tally.torn > histories / 4)
  }

  struct Tally {
    var decisions = 0
    var served = 0
    var refused = 0
    var torn = 0
    var keptUnacknowledged = 0
  }

  /// A device, and what recovery makes of it.
  private struct Outcome {
    let storage: MemoryStorage
    let decision: JournalDecision
    let evidence: [SlotEvidence]
    var isFaulty = false
  }

  /// One history. Returns false, having said why, at the first violation.
  private func run(seed: UInt64, _ tally: inout Tally) -> Bool {
    var simulation = JournalSimulation(seed: seed)
    var past = simulation.storage
    for generation in 0..<Self.generations {
      let context = "seed \(seed), generation \(generation)"
      let (decision, evidence) = simulation.decide(simulation.storage)
      var outcome = Outcome(storage: simulation.storage, decision: decision, evidence: evidence)
      tally.decisions += 1
      if let violation = violation(decision, evidence, simulation) {
        Issue.record("\(context): \(violation)")
        return false
      }
      tally.torn += decision.end == .torn ? 1 : 0
      tally.keptUnacknowledged += decision.head.op > simulation.acknowledged ? 1 : 0
      for _ in 0..<Self.faultsPerCrash {
        if let violation = fault(&simulation, past: past, &outcome, &tally) {
          Issue.record("\(context): \(violation)")
          return false
        }
      }
      if Bool.random(using: &simulation.random) { past = simulation.storage.snapshot() }
      goOn(&simulation, from: outcome)
    }
    return true
  }

  /// The next generation: a start, entries, and a crash or a clean stop. A fault is healed before the next one.
  private func goOn(_ simulation: inout JournalSimulation, from outcome: Outcome) {
    simulation.storage = outcome.storage
    guard simulation.start(outcome.decision, outcome.evidence, mayCrash: !outcome.isFaulty) else { return }
    simulation.append(Int.random(in: 0...30, using: &simulation.random))
    if Int.random(in: 0..<5, using: &simulation.random) == 0 { simulation.stop() } else { simulation.crash() }
  }

  /// A crash alone is always got over, and the log ends exactly where the prepares do.
  private func violation(
    _ decision: JournalDecision, _ evidence: [SlotEvidence], _ simulation: JournalSimulation
  ) -> String? {
    guard decision.serves else { return "a crash alone is refused: \(decision.faults)" }
    if let violation = simulation.violation(decision, evidence) { return violation }
    let whole = simulation.wholePrepares()
    return decision.head.op == whole ? nil : "head \(decision.head.op), whole prepares up to \(whole)"
  }

  private func fault(
    _ simulation: inout JournalSimulation, past: MemoryStorage, _ outcome: inout Outcome, _ tally: inout Tally
  ) -> String? {
    let fault = FaultAtRest(using: &simulation.random)
    let storage = simulation.storage.snapshot()
    fault.apply(to: storage, past: past, using: &simulation.random)
    let (decision, evidence) = simulation.decide(storage)
    tally.decisions += 1
    guard !decision.serves else {
      tally.served += 1
      if Int.random(in: 0..<20, using: &simulation.random) == 0 {
        outcome = Outcome(storage: storage, decision: decision, evidence: evidence, isFaulty: true)
      }
      return simulation.violation(decision, evidence).map { "\(fault): \($0)" }
    }
    tally.refused += 1
    let strangers = decision.faults.filter { !fault.touched.contains($0.slot) }
    return strangers.isEmpty ? nil : "\(fault): faults elsewhere \(strangers), all \(decision.faults)"
  }
}
