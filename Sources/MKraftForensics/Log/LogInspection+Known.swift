internal import MKraftFormat
internal import MKraftStorage

/// How far the log had got, by whatever in the file tells it, and by what that is known.
extension LogInspection {
  /// The log is known to have reached this op: by the rings, a superblock copy, or a stored reply.
  public var knownOp: UInt64 { max(decision.provenOp, replyAhead?.op ?? 0) }

  /// That the log is known to have reached `knownOp`, and what in the file tells.
  public var knownWords: String { "the log is known to have reached op \(knownOp): \(witness)" }

  /// That superblock and log are older than a reply; nil if none shows it.
  public var aheadWords: String? {
    replyAhead.map { reply in
      "reply slot \(reply.slot) holds the reply of op \(reply.op), and the log ends at op \(decision.head.op)"
    }
  }

  /// What tells of `knownOp`; of several the one that a replica does not get over.
  private var witness: String {
    if let replyAhead { return "reply slot \(replyAhead.slot) holds the reply of that op" }
    return LogFindings.witness(of: knownOp, superblock, copyOp: copyOp)
  }
}
