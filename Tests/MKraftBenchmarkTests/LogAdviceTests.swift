import MKraftBenchmark
import MKraftFormat
import Testing

/// The advice must be a geometry that a file can have, in which the formula says that nobody waits.
@Suite struct LogAdviceTests {
  private let usual = Geometry()

  /// Where nothing can be weighed, nothing is called good enough.
  @Test func withoutConditionsNothingIsAdvised() {
    #expect(LogAdvice.on(usual, LogConditions()) == .checkpointUnknown)
    #expect(LogAdvice.on(usual, LogConditions(rate: 1000)) == .checkpointUnknown)
    #expect(LogAdvice.on(usual, LogConditions(checkpoint: 0.05)) == .rateUnknown)
    // A budget for as many slots as were asked for changes nothing.
    let budget = UInt64(usual.slotCount) * (1_048_576 + 256)
    #expect(LogAdvice.on(usual, LogConditions(), budget: budget) == .checkpointUnknown)
  }

  /// lambda tau = 300 ops come during a checkpoint, more than the usual headroom of 128, and a pipeline of 8 is not sure:
  /// I = 1024 - 8 - 8 - 308.
  @Test func headroomFollowsFromTheRate() throws {
    let conditions = LogConditions(rate: 10_000, checkpoint: 0.03)
    #expect(LogFigures(usual, conditions).stallRate.map { rounded($0, 1) } == 4000, "128 - 8 ops in 30 ms")
    #expect(LogFigures(usual, conditions).stall.map { rounded($0, 4) } == 0.018, "30 ms less 120 ops at 10 k/s")
    guard case .geometry(let advised) = LogAdvice.on(usual, conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.headroom == 308 && advised.checkpointInterval == 700 && advised.slotCount == 1024)
    #expect(advised.brokenInvariants.isEmpty)
    let figures = LogFigures(advised, conditions)
    #expect(figures.stall == 0 && figures.throughputFactor == 1 && figures.period == 0.07)
  }

  /// A log that does not stall is left as it is, unless its headroom makes checkpoints much more frequent than they need be.
  @Test func whatIsGoodEnoughIsLeft() {
    let conditions = LogConditions(rate: 1000, checkpoint: 0.05)
    #expect(LogAdvice.on(usual, conditions) == .asAsked, "50 ops come, 120 are sure; 950 instead of 880")
    guard case .geometry(let advised) = LogAdvice.on(Geometry(headroom: 400), conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.headroom == 58 && advised.checkpointInterval == 950)
  }

  /// 490 ops during a checkpoint, a headroom of 498: 1024 slots leave 510 for the interval, 1008 leave 494, too few.
  @Test func tooFewSlotsAreNamed() {
    let conditions = LogConditions(rate: 9800, checkpoint: 0.05)
    guard case .geometry(let advised) = LogAdvice.on(usual, conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(advised.checkpointInterval == 510)
    #expect(LogAdvice.on(Geometry(slotCount: 1008), conditions) == .moreSlots(1024), "2 * 498 + 1 + 8 + 8 in sixteens")
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

  /// The most that a log of 1024 slots takes with checkpoints of 50 ms: (1024 - 8 - 8) / 2 = 504 of headroom, 496 of them sure.
  @Test func bestHeadroomTakesTheMost() throws {
    let most = try #require(LogFigures(usual, LogConditions(checkpoint: 0.05)).stallFreeRateMax)
    #expect(rounded(most, 6) == 9920)
    // An interval is longer than its headroom, so a little below that a log is found, and above it none of so many slots.
    guard case .geometry = LogAdvice.on(usual, LogConditions(rate: most - 20, checkpoint: 0.05)),
      case .moreSlots = LogAdvice.on(usual, LogConditions(rate: most + 20, checkpoint: 0.05))
    else {
      Issue.record("the limit is elsewhere")
      return
    }
  }

  /// With a headroom of a pipeline or less nothing is sure: whoever comes during a checkpoint may wait until its end.
  @Test func headroomOfAPipelineIsNotSure() {
    let figures = LogFigures(Geometry(headroom: 8), LogConditions(rate: 1000, checkpoint: 0.05))
    #expect(figures.sureHeadroom == 0 && figures.stallRate == 0 && figures.stall == 0.05)
  }
}
