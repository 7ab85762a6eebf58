internal import MKraftFormat
internal import MKraftStorage

extension DrillDraft {
  mutating func damageSuperblock(_ scenario: DrillScenario) throws(DrillNotApplicable) {
    let copies = 0..<Superblock.copyCount
    switch scenario {
    case .superblockCopyRotten:
      let copy = Int.random(in: copies, using: &generator)
      say("garbage in superblock copy \(copy)")
      garbage(range(copy: copy))
    case .superblockQuorumLost:
      let left = Int.random(in: copies, using: &generator)
      say("garbage in all superblock copies but \(left)")
      for copy in copies where copy != left { garbage(range(copy: copy)) }
    case .superblockGone:
      say("garbage in all superblock copies")
      for copy in copies { garbage(range(copy: copy)) }
    case .superblockRolledBack: try rollBack()
    case .firstMegabyteWiped:
      say("zeros in bytes 0..<\(Geometry.zoneAlignment)")
      zero(0..<Geometry.zoneAlignment)
    default: preconditionFailure("a damage to the superblock")
    }
  }

  private func range(copy: Int) -> Range<UInt64> {
    let start = geometry.offset(of: .superblock(copy))
    return start..<start + UInt64(Superblock.byteCount)
  }

  /// The superblock of a clean stop before the last entries, as a snapshot of its zones alone would bring it back.
  private mutating func rollBack() throws(DrillNotApplicable) {
    let now = file.superblock
    let stop = max(now.cut.op, now.checkpoint.op)
    guard stop < file.head, now.sequence > 2 else {
      throw DrillNotApplicable("the log has no entry that an earlier superblock could be before")
    }
    let header = stop == now.checkpoint.op ? now.checkpoint.header : try entry(of: stop)
    var earlier = now
    earlier.sequence -= 1
    earlier.clean = LogPosition(header)
    earlier.commitMax = max(now.checkpoint.op, min(now.commitMax, stop))
    earlier.seal()
    guard earlier.brokenInvariants.isEmpty else {
      throw DrillNotApplicable("no earlier superblock can be made of the one there is")
    }
    say("all superblock copies as at a clean stop at op \(stop); the log goes on to op \(file.head)")
    for copy in 0..<Superblock.copyCount { write(earlier.image(copy: copy), at: range(copy: copy).lowerBound) }
  }
}
