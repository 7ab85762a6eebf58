import MKraftBenchmark
import MKraftFormat
import Testing

/// The advice must be a geometry that a file can have, in which the formula says that nobody waits.
@Suite struct LogAdviceTests {
  private let usual = Geometry()

  @Test func withoutConditionsNothingIsAdvised() {
    #expect(LogAdvice.on(usual, LogConditions()) == .asAsked)
    #expect(LogAdvice.on(usual, LogConditions(rate: 1e6)) == .asAsked)
  }

  /// lambda tau = 300 ops come during a checkpoint, more than the usual headroom of 128: I = 1024 - 8 - 8 - 300.
  @Test func headroomFollowsFromTheRate() throws {
    let conditions = LogConditions(rate: 10_000, checkpoint: 0.03)
    #expect(LogFigures(usual, conditions).stallRate.map { rounded($0, 1) } == 4266.7, "128 ops in 30 ms")
    #expect(LogFigures(usual, conditions).stall.map { rounded($0, 4) } == 0.0172, "30 ms less 128 ops at 10 k/s")
    guard case .geometry(let advised) = LogAdvice.on(usual, conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.headroom == 300 && advised.checkpointInterval == 708 && advised.slotCount == 1024)
    #expect(advised.brokenInvariants.isEmpty)
    let figures = LogFigures(advised, conditions)
    #expect(figures.stall == 0 && figures.throughputFactor == 1 && figures.period == 0.0708)
  }

  /// A log that does not stall is left as it is, unless its headroom makes checkpoints much more frequent than they need be.
  @Test func whatIsGoodEnoughIsLeft() {
    let conditions = LogConditions(rate: 1000, checkpoint: 0.05)
    #expect(LogAdvice.on(usual, conditions) == .asAsked, "50 ops come, 128 are allowed; 958 instead of 880")
    guard case .geometry(let advised) = LogAdvice.on(Geometry(headroom: 400), conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.headroom == 50 && advised.checkpointInterval == 958)
  }

  /// 500 ops during a checkpoint: 1024 slots leave 508 for the interval, 1008 leave 492, too few.
  @Test func tooFewSlotsAreNamed() {
    let conditions = LogConditions(rate: 10_000, checkpoint: 0.05)
    guard case .geometry(let advised) = LogAdvice.on(usual, conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.checkpointInterval == 508)
    #expect(LogAdvice.on(Geometry(slotCount: 1008), conditions) == .moreSlots(1024), "2 * 500 + 1 + 8 + 8 in sixteens")
    #expect(LogAdvice.on(usual, LogConditions(rate: 1e7, checkpoint: 10)) == .impossible)
  }

  @Test func slotsFollowFromTheBudget() {
    let small = Geometry(messageSize: 4096)
    guard case .geometry(let advised) = LogAdvice.on(small, LogConditions(), budget: 64 << 20) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.slotCount == 15408, "67,108,864 / 4,352 = 15,420.2, in sixteens")
    #expect(advised.brokenInvariants.isEmpty)
    #expect(LogFigures(advised, LogConditions()).ringByteCount <= 64 << 20)
    #expect(LogAdvice.on(small, LogConditions(), budget: 63 * 4352) == .budgetTooSmall)
  }

  @Test func stallPlanSurroundsThePrediction() {
    let plan = StallPlan.geometries(opsDuring: 100, like: Geometry(messageSize: 4096))
    #expect(plan.map(\.headroom) == [25, 50, 100, 200, 400])
    #expect(Set(plan.map(\.checkpointInterval)) == [800] && plan.allSatisfy { $0.brokenInvariants.isEmpty })
    for ops in [0.1, 1, 3, 5000, 1e9] {
      let plan = StallPlan.geometries(opsDuring: ops, like: Geometry(messageSize: 4096))
      #expect(!plan.isEmpty && plan.allSatisfy { $0.brokenInvariants.isEmpty }, "\(ops)")
      #expect(Set(plan.map(\.headroom)).count == plan.count)
    }
  }

  @Test func stallCheckComparesPredictionAndMeasurement() {
    var geometry = Geometry(messageSize: 4096)
    geometry.headroom = 50
    // 10,000 ops a second use up 50 of headroom in 5 ms: of 20 ms 15 are waited, of 10 ms 5, of 4 ms nothing.
    let checkpoints = Rate([20_000, 10_000, 4_000, 20_000], seconds: 1)
    let waiting = StallCheck(
      geometry, rate: 10_000, throughput: 9000, checkpoints: checkpoints, stalls: Rate([15_000, 15_000], seconds: 1))
    #expect(waiting.opsDuring == 135 && waiting.predictedCount == 3)
    #expect(waiting.predictedStall.map { rounded($0, 6) } == 0.00875, "35 ms over four")
    #expect(waiting.measuredStall.map { rounded($0, 6) } == 0.0075, "30 ms over four")
    #expect(waiting.stallIsPredicted == true && waiting.stallIsSeen == false, "two of four is not most")
    geometry.headroom = 200
    let free = StallCheck(
      geometry, rate: 10_000, throughput: 10_000, checkpoints: checkpoints, stalls: Rate([1], seconds: 1))
    #expect(free.stallIsPredicted == false && free.stallIsSeen == false)
    let none = StallCheck(
      geometry, rate: 1, throughput: 1, checkpoints: Rate([], seconds: 1), stalls: Rate([], seconds: 1))
    #expect(none.predictedStall == nil && none.stallIsSeen == nil)
  }
}
