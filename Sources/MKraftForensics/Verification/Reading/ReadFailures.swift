internal import MKraftStorage

/// Reads that failed, narrowed down to the units that the device does not give.
struct ReadFailures: Sendable {
  /// Units that fail, neighbours together, in order.
  private(set) var unreadable: [Range<UInt64>] = []
  /// Ranges that failed at first, and every unit of which was given when asked for again.
  private(set) var unsteady: [Range<UInt64>] = []

  init() {}

  /// Reads each unit that `failed` touches once more.
  init(_ failed: [Range<UInt64>], of storage: any Storage, unit: Int) {
    let buffer = IOBuffer(byteCount: unit)
    let end = storage.byteCount
    for range in ReadFailures.merged(failed) where range.lowerBound < end {
      var isFound = false
      var start = range.lowerBound / UInt64(unit) * UInt64(unit)
      while start < min(range.upperBound, end) {
        let stop = min(start + UInt64(unit), end)
        if (try? storage.read(Int(stop - start), at: start, into: buffer)) == nil {
          note(start..<stop)
          isFound = true
        }
        start = stop
      }
      if !isFound { unsteady.append(range.lowerBound..<min(range.upperBound, end)) }
    }
  }

  private mutating func note(_ range: Range<UInt64>) {
    if let last = unreadable.last, last.upperBound >= range.lowerBound {
      unreadable[unreadable.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      unreadable.append(range)
    }
  }

  /// Overlapping ranges put together, in order.
  private static func merged(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
    var merged: [Range<UInt64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, last.upperBound >= range.lowerBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}
