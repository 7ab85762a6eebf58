import MKraftForensics
import MKraftFormat
import Testing

@Suite struct DrillPlanTests {
  @Test func sameSeedMakesTheSamePlan() {
    #expect(DrillPlan(kills: 9, seed: 5) == DrillPlan(kills: 9, seed: 5))
    #expect(DrillPlan(kills: 9, seed: 5) != DrillPlan(kills: 9, seed: 6))
  }

  /// Every plan can be formatted, has room for its requests, and is the rehearsal that was asked for.
  @Test func plansOfAnyNumberOfKillsFitTheirFile() {
    for kills in [1, 2, 4, 50, 1000] {
      for seed in 1...20 as ClosedRange<UInt64> {
        let plan = DrillPlan(kills: kills, wraps: 0, seed: seed)
        #expect(plan.rounds.count == kills)
        #expect(plan.geometry.brokenInvariants.isEmpty, "kills \(kills), seed \(seed)")
        let least = plan.rounds.reduce(DrillPlan.lastAcknowledgements) { $0 + $1.acknowledgements }
        let most = least + plan.rounds.count * (DrillPlan.overshootMax + plan.sessions)
        let starts = plan.rounds.reduce(1) { $0 + 1 + $1.startKills.count }
        let last = plan.geometry.lastClientOp(after: 0)
        #expect(UInt64(plan.sessions + most + starts) <= last, "kills \(kills), seed \(seed)")
        if kills >= 50 { #expect(least >= 400 * kills, "seed \(seed)") }
      }
    }
  }

  /// The fewest requests that a drill makes wrap its ring as often as was asked for.
  @Test func ringsAreSmallEnoughToWrap() {
    for kills in [1, 4, 200] {
      for wraps in [1, 3, 10] where kills > 1 || wraps < 4 {
        let plan = DrillPlan(kills: kills, wraps: wraps, seed: 7)
        let least = plan.rounds.reduce(DrillPlan.lastAcknowledgements) { $0 + $1.acknowledgements }
        #expect(plan.geometry.brokenInvariants.isEmpty, "kills \(kills), wraps \(wraps)")
        #expect(least / Int(plan.geometry.slotCount) >= wraps, "kills \(kills), wraps \(wraps)")
      }
    }
  }

  @Test func requestsFitIntoMessages() throws {
    let plan = DrillPlan(kills: 1, seed: 3)
    var longest = 0
    for number in 1...2000 as ClosedRange<UInt64> {
      var batch = KeyValueBatchBuilder(bodySizeMax: plan.geometry.bodySizeMax)
      for event in plan.workload.events(7, number) { try batch.append(event) }
      longest = max(longest, plan.workload.value(7, number).count)
      let key = Array(plan.workload.putKey(7, number).utf8)
      #expect(plan.workload.number(ofPutKey: key, 7) == number && plan.workload.number(ofPutKey: key, 8) == nil)
    }
    #expect(longest > DrillWorkload.valueSizeMax / 2 && longest <= DrillWorkload.valueSizeMax)
  }
}
