internal import MKraftFormat

/// How many there are of what a tree is made of, and how many the checkpoint says.
///
/// A replica counts on from what the checkpoint says, and looks at the whole tree never. So every wrong number catches up with
/// it: what is counted too low comes to nothing before the last of it is removed, and what is counted too high is left when
/// all of it is.
struct TreeCounts {
  struct Count {
    /// What is counted, in the plural.
    let name: String
    let recorded: UInt64
    let found: UInt64
  }

  /// Those of which the checkpoint says another number.
  let wrong: [Count]

  /// - Parameter intake: of a tree of which every block was read.
  init(_ state: CheckpointState, _ intake: GridIntake) {
    let all = [
      Count(name: "leaves", recorded: state.leafCount, found: intake.leafCount),
      Count(name: "inner nodes", recorded: state.innerCount, found: intake.innerCount),
      Count(name: "value blocks", recorded: state.valueBlockCount, found: intake.valueCount),
      Count(name: "pairs", recorded: state.pairCount, found: intake.pairCount),
    ]
    wrong = all.filter { $0.recorded != $0.found }
  }

  var hasLow: Bool { wrong.contains { $0.recorded < $0.found } }
  var hasHigh: Bool { wrong.contains { $0.recorded > $0.found } }

  /// What there is instead of what is recorded.
  var words: String { wrong.map { "\($0.found) \($0.name) instead of \($0.recorded)" }.joined(separator: ", ") }

  /// What comes of it, whatever else happens.
  var consequences: String {
    let low = "a replica stops, naming \(Invariant.treeCounts.name), once it has removed as many as are counted"
    let high =
      "what is counted too high is still counted when all is removed, and no replica starts on a checkpoint of that state"
    return [hasLow ? low : nil, hasHigh ? high : nil].compactMap { $0 }.joined(separator: "; ")
  }
}
