/// How the time of a benchmark is divided among its steps: what a step does not use, or takes beyond its share, is the others' gain
/// or loss, and the whole stays within its limit.
package enum TimeShare {
  /// A step that measures for less says nothing.
  package static let least = Duration.milliseconds(20)

  /// How long the next step may take.
  /// - Parameters:
  ///   - remaining: of the whole.
  ///   - weight: of the next step, above 0.
  ///   - weightLeft: of it and all that follow.
  /// - Returns: nil if too little is left: the step is to be left out.
  package static func next(remaining: Duration, weight: Double, weightLeft: Double) -> Duration? {
    precondition(weight > 0 && weight <= weightLeft, "a step is one of those that are left")
    guard remaining >= least else { return nil }
    return max(least, remaining * (weight / weightLeft))
  }
}
