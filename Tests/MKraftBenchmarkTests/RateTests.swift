import MKraftBenchmark
import Testing

/// Percentiles by nearest rank, on series whose percentiles can be counted off.
@Suite struct RateTests {
  @Test func percentilesOfAHundred() {
    let rate = Rate((1...100).map(Double.init).reversed(), seconds: 4)
    #expect(rate.median == 50)
    #expect(rate.p99 == 99)
    #expect(rate.p999 == 100)
    #expect(rate.largest == 100)
    #expect(rate.mean == 50.5)
    #expect(rate.perSecond == 25)
  }

  /// 999 of 1000 are at most 999, so the last one is beyond p99.9.
  @Test func oneInAThousandIsBeyondP999() {
    let rate = Rate((1...1000).map(Double.init), seconds: 1)
    #expect(rate.p999 == 999 && rate.largest == 1000)
    #expect(rate.p99 == 990)
  }

  @Test func seriesAreMerged() {
    let merged = Rate.merged([Rate([1, 5], seconds: 1), Rate([3], seconds: 0.5)])
    #expect(merged.count == 3 && merged.median == 3 && merged.largest == 5 && merged.perSecond == 2)
    #expect(merged.sum == 9 && merged.count(above: 1) == 2 && merged.excess(over: 2) == 4)
  }

  @Test func fewAndNone() {
    #expect(Rate([7], seconds: 1).median == 7 && Rate([7], seconds: 1).p999 == 7)
    #expect(Rate([1, 2], seconds: 1).median == 1)
    let none = Rate([], seconds: 0)
    #expect(none.median == 0 && none.largest == 0 && none.mean == 0 && none.perSecond == 0 && none.count == 0)
  }
}
