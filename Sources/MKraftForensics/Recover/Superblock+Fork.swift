internal import MKraftFormat

extension Superblock {
  /// The superblock of a file that is made from this state: without suffix headers, and not sealed.
  /// - Parameters:
  ///   - head: the last entry that the new file has.
  ///   - sequence: above every one that was seen.
  ///   - term: above every one that was seen, so that nobody has voted in it; what was promised is never forgotten (theory E6).
  func forked(
    as fileID: UInt128, of lineage: UInt128, head: PrepareHeader, sequence: UInt64, term: UInt64
  ) -> Superblock {
    var next = self
    next.parent = checksum
    next.sequence = sequence
    next.fileID = fileID
    next.lineage = lineage
    next.release = FormatVersion.release
    next.releaseFormat = FormatVersion.release
    next.isVirgin = false
    next.term = term
    next.votedFor = 0
    next.logTerm = head.term
    // Alone, whatever is durable is on a replication quorum.
    next.commitMax = head.op
    next.cut = LogPosition(head)
    next.clean = nil
    next.suffix = SuffixHeaders()
    (next.syncOpMin, next.syncOpMax) = (0, 0)
    return next
  }
}
