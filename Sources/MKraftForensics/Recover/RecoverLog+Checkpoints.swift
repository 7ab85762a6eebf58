internal import MKraftFormat

/// What the files say of checkpoints, besides their own newest: a superblock names the one before its own, an entry the one before the
/// last when it was made.
extension RecoverLog {
  /// For each file the ids that it names, by the checkpoint's op.
  var namedCheckpoints: [[UInt64: Set<UInt128>]] {
    var named = sources.map { _ in [UInt64: Set<UInt128>]() }
    let interval = UInt64(model.geometry.checkpointInterval)
    for (index, source) in sources.enumerated() {
      for checkpoint in source.superblocks.map(\.checkpoint) {
        named[index][checkpoint.op, default: []].insert(checkpoint.id)
        if checkpoint.op >= interval { named[index][checkpoint.op - interval, default: []].insert(checkpoint.parentID) }
      }
    }
    for entry in entries.values.joined() {
      guard let op = RecoverLog.checkpoint(namedBy: entry.header.op, interval) else { continue }
      named[entry.source][op, default: []].insert(entry.header.checkpointID)
    }
    return named
  }

  /// The op of the checkpoint whose id an entry of `op` carries; nil in the first interval, where there is none.
  private static func checkpoint(namedBy op: UInt64, _ interval: UInt64) -> UInt64? {
    guard op > interval else { return nil }
    return ((op - 1) / interval - 1) * interval
  }

  /// Checkpoints of one op that two files name by different ids: by then each had ops of its own, for a state follows from the log.
  var divergencesOfCheckpoints: [Divergence] {
    let named = namedCheckpoints
    var found: [Divergence] = []
    for other in sources.indices {
      for one in sources.indices where one < other {
        let ops = named[one].keys.filter { op in
          named[other][op].map { !$0.isDisjoint(with: named[one][op] ?? []) } == false
        }
        if let op = ops.min() { found.append(Divergence(op: op, one: one, other: other)) }
      }
    }
    return found
  }
}
