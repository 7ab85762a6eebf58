internal import MKraftFormat
internal import MKraftStorage

/// Work of the key-value state machine.
final class TreeLoad {
  /// Pairs of a scan, and scans of a pass.
  static let scanSize = 1000
  static let scanCount = 16

  private let pairs: Pairs
  private let puts: [[UInt8]]
  /// With all pairs in it.
  private let full = KeyValueStore()
  /// The one that pairs are inserted into.
  private var store = KeyValueStore()

  init(_ pairs: Pairs) {
    self.pairs = pairs
    puts = pairs.puts(Array(pairs.keys.indices))
    for body in puts { full.apply(body) }
    precondition(full.count == pairs.count, "the keys are different")
  }

  /// Keys to look up: drawn at random, and more of them than the processor's branch predictor learns by heart, pass after pass.
  static func wanted(_ pairs: Pairs) -> [Int] {
    var random = SplitMix64(seed: 1)
    return (0..<1 << 14).map { _ in Int.random(in: 0..<pairs.count, using: &random) }
  }

  /// Where scans begin, as ranks in the order of the keys.
  static func starts(_ pairs: Pairs) -> [Int] {
    (0..<scanCount).map { $0 * (pairs.count - scanSize) / scanCount }
  }

  /// Every pass gives the sum of the values' first words.
  func lookups() -> Work {
    let wanted = TreeLoad.wanted(pairs)
    let gets = pairs.gets(wanted)
    let store = full
    // Head of the results; header and value of each.
    let resultSize = 16 + Pairs.valueSize
    return Work(amount: wanted.count) {
      var sum: UInt64 = 0
      for body in gets {
        let size = store.apply(body)
        precondition(size == 8 + Pairs.batchSize * resultSize, "every key is found")
        let results = store.results
        let bytes = results.bytes
        for start in stride(from: 8 + 16, to: size, by: resultSize) { sum &+= bytes.load(fromByteOffset: start) }
      }
      return sum
    }
  }

  /// Into an empty store each time; gives the number of pairs.
  func insertions() -> Work {
    Work(
      amount: pairs.count, prepare: { self.store = KeyValueStore() },
      pass: {
        for body in self.puts { self.store.apply(body) }
        return UInt64(self.store.count)
      })
  }

  /// Every pass gives the sum of the last words of the scans.
  func scans() -> Work {
    let starts = TreeLoad.starts(pairs).map { pairs.inOrder[$0] }
    let scans = pairs.scans(starts, limit: TreeLoad.scanSize)
    let store = full
    return Work(amount: scans.count * TreeLoad.scanSize) {
      var sum: UInt64 = 0
      for body in scans {
        let size = store.apply(body)
        precondition(size == 8 + 16 + TreeLoad.scanSize * (8 + Pairs.byteCount), "the scan has all its pairs")
        let results = store.results
        sum &+= results.bytes.load(fromByteOffset: size - 8, as: UInt64.self)
      }
      return sum
    }
  }
}
