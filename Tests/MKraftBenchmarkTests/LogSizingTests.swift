import MKraftBenchmark
import MKraftFormat
import Testing

/// The formulas, against the worked examples of recovery-theory C3 and C4.
@Suite struct LogSizingTests {
  /// "header share 0.024 % at 1 MiB, 5.9 % at 4 KiB".
  @Test func headerShare() {
    #expect(rounded(LogSizing.headerShare(messageSize: 1 << 20) * 100, 3) == 0.024)
    #expect(rounded(LogSizing.headerShare(messageSize: 4096) * 100, 1) == 5.9)
  }

  /// The table of C3: N, I and checkpoints per million ops. B there is 32 and 2P more are rounded up to B, so what is kept free is 64.
  @Test(arguments: [(128, 64, 15625), (256, 192, 5208), (512, 448, 2232), (1024, 960, 1042), (4096, 4032, 248)])
  func checkpoints(slots: Int, interval: Int, perMillion: Int) {
    let found = LogSizing.interval(slots: Double(slots), reserve: 48, pipeline: 8, headroom: 8)
    #expect(found == Double(interval))
    #expect(LogSizing.checkpointsPerMillionOps(interval: found).rounded() == Double(perMillion))
  }

  /// "lambda = 10 k/s, tau = 50 ms, P = 8, I = 960: 66 %", where a checkpoint blocks.
  @Test func blockingCheckpoint() {
    let factor = LogSizing.throughputFactor(rate: 10_000, interval: 960, headroom: 8, checkpoint: 0.05)
    #expect(rounded(factor, 2) == 0.66)
    #expect(rounded(LogSizing.stall(rate: 10_000, headroom: 8, checkpoint: 0.05), 4) == 0.0492)
  }

  /// "lambda_max = (N - B - P) / (2 tau) (1024 slots, 50 ms: 9,840 op/s)", with B = 32 and P = 8.
  @Test func stallFreeRate() {
    let most = LogSizing.stallFreeRateMax(slots: 1024, reserve: 32, pipeline: 8, checkpoint: 0.05)
    #expect(rounded(most, 6) == 9840)
    // At that rate the headroom takes half of what is left, and the interval the other: neither stalls.
    let headroom = LogSizing.headroom(rate: most, checkpoint: 0.05, pipeline: 8)
    let interval = LogSizing.interval(slots: 1024, reserve: 32, pipeline: 8, headroom: headroom)
    #expect(headroom == 492 && interval == 492)
    #expect(rounded(LogSizing.stallRate(headroom: headroom, interval: interval, checkpoint: 0.05), 6) == 9840)
    #expect(LogSizing.stall(rate: 9840, headroom: headroom, checkpoint: 0.05) < 1e-9)
    #expect(LogSizing.stall(rate: 9900, headroom: headroom, checkpoint: 0.05) > 1e-4)
  }

  /// h >= max(P, ceil(lambda tau)).
  @Test func headroomIsNeverBelowThePipeline() {
    #expect(LogSizing.headroom(rate: 100, checkpoint: 0.001, pipeline: 8) == 8)
    #expect(LogSizing.headroom(rate: 10_000, checkpoint: 0.05, pipeline: 8) == 500)
    #expect(LogSizing.headroom(rate: 10_001, checkpoint: 0.05, pipeline: 8) == 501)
  }

  /// "recovery time = N M / BW_read + I t_apply (1 GiB at 1 GB/s ~ 1 s)": its first part.
  @Test func ringReading() {
    #expect(rounded(LogSizing.ringReading(slots: 1024, messageSize: 1 << 20, bytesPerSecond: 1e9), 2) == 1.07)
  }

  /// N = floor(D / (M + H)), in units of 16 headers.
  @Test func slotsOfABudget() {
    #expect(LogSizing.slots(budget: 1024 * (1_048_576 + 256), messageSize: 1 << 20) == 1024)
    #expect(LogSizing.slots(budget: 1024 * (1_048_576 + 256) - 1, messageSize: 1 << 20) == 1008)
    #expect(LogSizing.slots(budget: 1 << 30, messageSize: 1 << 20) == 1008, "the headers take the last of a whole GiB")
  }
}

func rounded(_ value: Double, _ digits: Int) -> Double {
  let power = (0..<digits).reduce(1.0) { power, _ in power * 10 }
  return (value * power).rounded() / power
}
