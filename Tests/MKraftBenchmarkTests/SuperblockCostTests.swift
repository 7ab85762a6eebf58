import MKraftBenchmark
import Testing

/// The formula, against what recovery-theory B4 works out from it: update median 392 us, 7,815 op/s without any.
@Suite struct SuperblockCostTests {
  /// "Bytes: 32 KiB per 960 ops = 34 B/op; sync writes: 4/960 = 0.42 %".
  @Test func perOp() {
    #expect(SuperblockCost.bytesPerOp(byteCount: 32 << 10, every: 960).rounded() == 34)
    #expect(rounded(SuperblockCost.flushesPerOp(flushes: 4, every: 960) * 100, 2) == 0.42)
  }

  /// "predicted -0.3 %" every 960 ops.
  @Test func perCheckpoint() {
    let rate = SuperblockCost.rate(without: 7815, writers: 1, update: 392e-6, every: 960)
    #expect(rounded((rate / 7815 - 1) * 100, 1) == -0.3)
  }

  /// C = 4 t_w + 4 t_r.
  @Test func update() {
    #expect(rounded(SuperblockCost.update(write: 60e-6, read: 38e-6) * 1e6, 6) == 392)
  }

  /// "Per-op superblocks also serialise: 8 writers gain nothing": neither has more than 1 / C. Measured were 1,841 and 2,098.
  @Test func everyOp() {
    let one = SuperblockCost.rate(without: 7815, writers: 1, update: 392e-6, every: 1)
    #expect(one.rounded() == 1923, "1 / (127.96 us + 392 us)")
    let eight = SuperblockCost.rate(without: 19_337, writers: 8, update: 392e-6, every: 1)
    #expect(eight.rounded() == 2551, "1 / 392 us")
  }

  @Test func policies() {
    let compared = MetadataPolicy.compared(interval: 880)
    #expect(compared.first == .never && compared.contains(.superblock(every: 880)))
    #expect(compared.contains(.superblock(every: 1)) && compared.contains(.file(every: 1)))
    #expect(Set(compared).count == compared.count)
  }
}
