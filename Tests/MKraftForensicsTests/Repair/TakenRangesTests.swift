import MKraftForensics
import MKraftStorage
import Testing

struct TakenRangesTests {
  @Test("What is taken is known byte by byte", arguments: 0..<20 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var ranges = TakenRanges()
    var kept: [Range<UInt64>] = []
    var bytes = [Bool](repeating: false, count: 64)
    for _ in 0..<200 {
      let start = Int.random(in: 0..<64, using: &random)
      let range = start..<Int.random(in: start...min(64, start + 6), using: &random)
      let isTaken = bytes[range].contains(true)
      let wide = UInt64(range.lowerBound)..<UInt64(range.upperBound)
      #expect(ranges.overlap(wide) == isTaken, "\(range)")
      guard !isTaken else { continue }
      ranges.insert(wide)
      for index in range { bytes[index] = true }
      kept.append(wide)
      guard Bool.random(using: &random), let back = kept.indices.randomElement(using: &random) else { continue }
      let given = kept.remove(at: back)
      ranges.remove(given)
      for index in given { bytes[Int(index)] = false }
    }
  }
}
