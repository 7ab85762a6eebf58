import MKraftBenchmark
import MKraftFormat
import Testing

/// What is predicted of a load, and what is made of it beside what was measured. The usual pipeline is 8.
@Suite struct StallCheckTests {
  private func geometry(headroom: UInt32) -> Geometry {
    Geometry(messageSize: 4096, checkpointInterval: 800, headroom: headroom)
  }

  private func spans(_ milliseconds: Double...) -> [CheckpointSpan] {
    milliseconds.map { CheckpointSpan(duration: $0 * 1000, ops: UInt64($0 * 10), openTime: $0 * 1000) }
  }

  private func check(
    _ headroom: UInt32, _ forecast: StallForecast?, spans: [CheckpointSpan], stalls: [Double] = []
  ) -> StallCheck {
    StallCheck(
      geometry(headroom: headroom), forecast, rate: 5000, throughput: 4500, spans: spans,
      stalls: Rate(stalls.map { $0 * 1000 }, seconds: 1))
  }

  /// 10,000 ops a second during checkpoints of 10 to 20 ms.
  private let forecast = StallForecast(rate: 10_000, durations: Rate([10_000, 15_000, 20_000], seconds: 1))

  /// 300 ops in 30 ms in which nobody waited, of checkpoints of 20 and 40 ms; the load's own mean is not asked.
  @Test func rateIsThatOfCheckpointsWhileNobodyWaited() {
    let seen = [
      CheckpointSpan(duration: 20_000, ops: 100, openTime: 20_000),
      CheckpointSpan(duration: 40_000, ops: 200, openTime: 10_000),
    ]
    let load = check(128, nil, spans: seen)
    #expect(load.rateDuring.map { rounded($0, 6) } == 10_000 && load.opsDuring.map { rounded($0, 6) } == 300)
    #expect(rounded(load.peakRate, 6) == 20_000, "200 ops in 10 ms, without a wait 800 in 40 ms")
    let burst = [
      CheckpointSpan(duration: 10_000, ops: 100, openTime: 10_000),
      CheckpointSpan(duration: 40_000, ops: 280, openTime: 40_000),
    ]
    #expect(rounded(check(128, nil, spans: burst).peakRate, 6) == 7000, "280 in 40 ms are more than 100 in 10 ms")
    #expect(check(128, nil, spans: []).peakRate == 5000, "that of the load")
    #expect(load.forecastForOthers?.rate == load.rateDuring && load.verdict == .reference)
    #expect(load.predictedCount == nil && load.predictedStall == nil && load.stallIsPredicted == nil)
    #expect(CheckpointSpan(duration: 1000, ops: 0, openTime: 0).rate == nil, "somebody waited from its begin on")
  }

  /// A headroom of 58 is 50 for certain, and those last 5 ms: of 20 ms 15 are waited, of 10 ms 5, of 4 ms nothing.
  @Test func predictionStandsBesideTheMeasurement() {
    let load = check(58, forecast, spans: spans(20, 10, 4, 20), stalls: [15, 15])
    #expect(load.predictedCount == 3)
    #expect(load.predictedStall.map { rounded($0, 6) } == 0.00875, "35 ms over four")
    #expect(load.measuredStall.map { rounded($0, 6) } == 0.0075, "30 ms over four")
    #expect(load.stallIsSeen == false, "two of four is not most")
  }

  @Test func verdictNeedsADistance() {
    // All checkpoints, here and there, take longer than 90 ops last, 9 ms.
    #expect(check(90, forecast, spans: spans(12, 18), stalls: [3, 4]).verdict == .stallsAsPredicted)
    #expect(check(90, forecast, spans: spans(12, 18), stalls: [3]).verdict == .notAsPredicted, "one of two is not most")
    // 101 ops may last 10.1 ms, and a checkpoint took 10.
    #expect(check(101, forecast, spans: spans(12, 18), stalls: [3, 4]).verdict == .tooClose)
    // 90 last 9 ms, and here a checkpoint took 8.
    #expect(check(90, forecast, spans: spans(8, 18), stalls: [3, 4]).verdict == .tooClose)
    // Of 208 only 200 are sure, 20 ms, and a checkpoint took that; 201 are enough.
    #expect(check(208, forecast, spans: spans(12, 18)).verdict == .tooClose)
    #expect(check(209, forecast, spans: spans(12, 18)).verdict == .noneAsPredicted)
    #expect(check(209, forecast, spans: spans(12, 18, 19), stalls: [1]).verdict == .notAsPredicted, "one is too many")
    #expect(check(209, forecast, spans: spans(12, 21)).verdict == .tooClose)
    let none = check(209, forecast, spans: [])
    #expect(none.verdict == .noCheckpoint && none.predictedStall == nil && none.stallIsSeen == nil)
    #expect(StallForecast(rate: nil, durations: Rate([1], seconds: 1)) == nil)
    #expect(StallForecast(rate: 1, durations: Rate([], seconds: 1)) == nil)
  }

  /// What was seen to stall, the formula never calls free of stalls, with the figures seen there. A checkpoint begins up to a pipeline
  /// less one behind its op, and 121 ops later the headroom of 128 is used up.
  @Test(arguments: [121, 124, 128] as [UInt64])
  func adviceDoesNotContradictWhatWasSeen(ops: UInt64) throws {
    let load = StallCheck(
      geometry(headroom: 128), rate: 900, throughput: 890,
      spans: [
        CheckpointSpan(duration: 80_600, ops: ops, openTime: 80_000),
        CheckpointSpan(duration: 40_000, ops: 40, openTime: 40_000),
      ], stalls: Rate([600], seconds: 1))
    let figures = LogFigures(
      load.geometry, LogConditions(rate: load.peakRate, checkpoint: load.checkpoints.largest / 1e6))
    #expect(try #require(figures.stall) > 0)
    guard case .geometry(let advised) = LogAdvice.on(load.geometry, figures.conditions) else {
      Issue.record("nothing was advised")
      return
    }
    #expect(LogFigures(advised, figures.conditions).stall == 0 && advised.headroom > 128)
  }

  // MARK: Plan

  @Test func planSurroundsThePrediction() {
    let usual = Geometry(messageSize: 4096)
    let plan = StallPlan.geometries(opsDuring: 100, like: usual)
    #expect(plan.map(\.headroom) == [25, 50, 100, 200, 400])
    // 880 + 8 + 8 + 400 = 1296 = 81 * 16.
    #expect(plan.allSatisfy { $0.checkpointInterval == usual.checkpointInterval && $0.slotCount == 1296 })
    for ops in [0.1, 1, 3, 16, 5000, 1e9] {
      let plan = StallPlan.geometries(opsDuring: ops, like: usual)
      #expect(plan.allSatisfy { $0.brokenInvariants.isEmpty && $0.checkpointInterval == usual.checkpointInterval })
      #expect(Set(plan.map(\.headroom)).count == plan.count && plan.allSatisfy { $0.headroom >= 16 }, "\(ops)")
    }
    #expect(StallPlan.geometries(opsDuring: 3, like: usual).isEmpty, "four times that is less than two pipelines")
    #expect(StallPlan.geometries(opsDuring: 16, like: usual).map(\.headroom) == [16, 32, 64])
    #expect(StallPlan.geometries(opsDuring: 1e9, like: usual).map(\.headroom) == [879], "less than the interval")
  }

  @Test func piecesCoverARing() {
    #expect(RingLoading.pieces(of: 256, limit: 1024) == [0..<256])
    #expect(RingLoading.pieces(of: 2500, limit: 1024) == [0..<1024, 1024..<2048, 2048..<2500])
  }
}
