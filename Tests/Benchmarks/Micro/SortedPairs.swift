internal import MKraftFormat

/// The same work with a sorted array: keys and values one after the other, all pairs of one size.
struct SortedPairs {
  private let pairs: Pairs
  private let bytes: [UInt8]

  init(_ pairs: Pairs) {
    self.pairs = pairs
    bytes = pairs.bytes(pairs.inOrder)
  }

  func lookups() -> Work {
    let keys = TreeLoad.wanted(pairs).map { pairs.keys[$0] }
    let all = bytes
    let target = CopyTarget(byteCount: Pairs.valueSize)
    return Work(amount: keys.count) {
      var sum: UInt64 = 0
      for key in keys {
        guard let start = SortedPairs.find(key.rawSpan, in: all.rawSpan) else {
          preconditionFailure("every key is found")
        }
        _ = target.copy(all.rawSpan.extracting(start + Pairs.keySize..<start + Pairs.byteCount))
        sum &+= target.firstWord
      }
      return sum
    }
  }

  /// Keys are compared as the tree compares them, so that what differs is where they lie.
  private static func find(_ key: RawSpan, in bytes: RawSpan) -> Int? {
    var (low, high) = (0, bytes.byteCount / Pairs.byteCount)
    while low < high {
      let middle = (low + high) / 2
      let start = middle * Pairs.byteCount
      switch KeyValueKeyOrder(bytes.extracting(start..<start + Pairs.keySize), key) {
      case .same: return start
      case .before: low = middle + 1
      case .after: high = middle
      }
    }
    return nil
  }

  func scans() -> Work {
    let starts = TreeLoad.starts(pairs)
    let all = bytes
    let target = CopyTarget(byteCount: TreeLoad.scanSize * Pairs.byteCount)
    return Work(amount: starts.count * TreeLoad.scanSize) {
      let bytes = all.rawSpan
      var sum: UInt64 = 0
      for start in starts {
        var last: UInt64 = 0
        for index in 0..<TreeLoad.scanSize {
          let pair = (start + index) * Pairs.byteCount
          last = target.copy(bytes.extracting(pair..<pair + Pairs.byteCount), at: index * Pairs.byteCount)
        }
        sum &+= last
      }
      return sum
    }
  }
}
