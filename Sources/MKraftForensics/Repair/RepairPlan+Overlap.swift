extension RepairPlan {
  /// Whether two actions change the same byte, or the length twice. Of no plan that was made that is true; without it the work on a
  /// plan is no more than that on its file. O(n log n).
  public var hasOverlap: Bool {
    let ofLength = actions.filter { $0.method.isOfLength }
    guard Set(ofLength.map(\.method)).count == ofLength.count else { return true }
    // What the device does not give may lie where a file is cut off.
    let ranges = actions.filter { !$0.method.isOfLength && !$0.range.isEmpty }.map(\.range)
      .sorted { $0.lowerBound < $1.lowerBound }
    return zip(ranges, ranges.dropFirst()).contains { $1.lowerBound < $0.upperBound }
  }
}
