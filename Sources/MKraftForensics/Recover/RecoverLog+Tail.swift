internal import MKraftFormat
internal import MKraftStorage

/// Where the log may have gone on beyond what is there.
extension RecoverLog {
  /// What one file's rings show of the ops above one.
  struct Tail {
    /// The highest op of which a whole prepare stands there: the ones below it were prepared before it.
    var reachedOp: UInt64
    /// Ops of slots that are damaged in both rings: whether they were acknowledged cannot be told (rule R13).
    var undecidable: [UInt64] = []
    /// Where the end shows: a header slot that is valid but older, so that nothing from this op on had been acknowledged.
    var endOp: UInt64?
  }

  /// Where the log that all files tell of ended, as far as they show it.
  struct End {
    /// The highest op that the log is known to have reached, or that a whole prepare shows.
    let reachedOp: UInt64
    /// Ops above it that may have been acknowledged, by any of the files. None of them clears another: an older copy that was used by
    /// itself looks like a later state.
    let undecidable: [UInt64]
    /// Whether the first file shows where its log ended. What was read while a replica ran does not, nor do rings of which nothing
    /// is left, or that an unfinished repair may have written to.
    let isShown: Bool
  }

  /// - Parameter head: the last entry that is there.
  func end(above head: UInt64) -> End {
    let known = max(head, provenOp)
    let tails = sources.indices.map { tail($0, above: known) }
    let reached = tails.map(\.reachedOp).max() ?? known
    let undecidable = Set(tails.flatMap(\.undecidable)).filter { $0 > reached }.sorted()
    return End(reachedOp: reached, undecidable: undecidable, isShown: isEndShown && tails[0].endOp != nil)
  }

  private var isEndShown: Bool { !sources[0].isLive && sources[0].unfinishedRepair == nil }

  /// The op from which on the first file by itself shows that nothing was acknowledged; nil if it does not show its end.
  var ownEnd: UInt64? { isEndShown ? tail(0, above: max(witnesses[0].provenOp, witnesses[0].repliedOp)).endOp : nil }

  private func tail(_ index: Int, above op: UInt64) -> Tail {
    let source = sources[index]
    let superblock = source.superblock ?? model
    var tail = Tail(reachedOp: op)
    // A clean stop says where the log ended, unless it is known to have gone on since: then the superblock was rolled back.
    if source.isCertain, superblock.clean?.op == op, witnesses[index].termMax <= superblock.term {
      tail.endOp = op + 1
      return tail
    }
    let geometry = superblock.geometry
    let reader = JournalReader(source.storage, geometry: geometry, cluster: superblock.cluster)
    for next in op + 1..<op + 1 + UInt64(geometry.slotCount) {
      let slot = geometry.slot(of: next)
      let evidence = reader.evidence(of: slot..<slot + 1)[0]
      let condition = SlotCondition(evidence, expecting: next, superblock)
      if condition.header.opensTail {
        tail.endOp = next
        return tail
      }
      // An entry of a later term than the superblock's shows that this was rolled back.
      if [.current, .ahead].contains(condition.prepare), evidence.validPrepare?.op == next { tail.reachedOp = next }
      let rule = RecoveryTable.rows[RecoveryTable.index(of: condition)]
      if rule.alone == .undecidable { tail.undecidable.append(next) }
    }
    return tail
  }
}
