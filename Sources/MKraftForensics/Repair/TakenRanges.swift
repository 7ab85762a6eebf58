/// Ranges of bytes, none touching another's, by which it is quickly known whether one more would: a plan may hold as many as a file has
/// blocks.
package struct TakenRanges {
  /// In order.
  private var ranges: [Range<UInt64>] = []

  package init() {}

  /// Whether a byte of `range` is taken. O(log n).
  package func overlap(_ range: Range<UInt64>) -> Bool {
    let index = firstIndex(endingAfter: range.lowerBound)
    return index < ranges.count && ranges[index].overlaps(range)
  }

  /// Takes a range of which nothing is taken yet; an empty one takes nothing.
  package mutating func insert(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    precondition(!overlap(range), "what is taken is taken once")
    ranges.insert(range, at: firstIndex(endingAfter: range.lowerBound))
  }

  /// Gives a range back that was taken as it is.
  package mutating func remove(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    let index = firstIndex(endingAfter: range.lowerBound)
    precondition(index < ranges.count && ranges[index] == range, "what is given back was taken")
    ranges.remove(at: index)
  }

  private func firstIndex(endingAfter offset: UInt64) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
