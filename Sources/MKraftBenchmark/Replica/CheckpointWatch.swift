package import MKraftFormat

/// Finds checkpoints, and the waits for them, in what a replica says of itself after each input.
package struct CheckpointWatch {
  /// What ended with an input.
  package struct Ended: Equatable {
    package var checkpoint: CheckpointSpan?
    /// How long durable entries waited for a checkpoint, microseconds.
    package var stall: Double?

    package init(checkpoint: CheckpointSpan? = nil, stall: Double? = nil) {
      (self.checkpoint, self.stall) = (checkpoint, stall)
    }
  }

  private struct UnderWay {
    /// The op of the last durable checkpoint.
    let previous: UInt64
    let begin: ContinuousClock.Instant
    let commit: UInt64
    /// When writers began to wait, and what was committed then.
    var closed: (at: ContinuousClock.Instant, commit: UInt64)?
  }

  private let geometry: Geometry
  private var underWay: UnderWay?
  /// When the last op that may be executed before the checkpoint is durable was executed, and more were there.
  private var stall: (since: ContinuousClock.Instant, previous: UInt64)?

  package init(_ geometry: Geometry) { self.geometry = geometry }

  /// - Parameters:
  ///   - checkpoint: op of the last durable one.
  ///   - now: when the input came, not when it was dealt with: executing ops and freezing the tree belong to what they lead to.
  package mutating func note(
    head: UInt64, commit: UInt64, checkpoint: UInt64, at now: ContinuousClock.Instant
  ) -> Ended {
    var ended = Ended()
    // The commit index stops at the last op that may be executed; whoever is ahead of it waits.
    let isStalled = head > commit && commit == geometry.lastExecutableOp(after: checkpoint)
    if let begun = stall, !isStalled || begun.previous != checkpoint {
      ended.stall = (now - begun.since).microseconds
      stall = nil
    }
    if let begun = underWay, begun.previous != checkpoint {
      ended.checkpoint = CheckpointWatch.span(of: begun, until: now, commit)
      underWay = nil
    }
    if underWay == nil && commit >= checkpoint + UInt64(geometry.checkpointInterval) {
      underWay = UnderWay(previous: checkpoint, begin: now, commit: commit)
    }
    if isStalled && stall == nil {
      stall = (now, checkpoint)
      if underWay?.closed == nil { underWay?.closed = (now, commit) }
    }
    return ended
  }

  private static func span(
    of begun: UnderWay, until now: ContinuousClock.Instant, _ commit: UInt64
  ) -> CheckpointSpan {
    let closed = begun.closed ?? (now, commit)
    return CheckpointSpan(
      duration: (now - begun.begin).microseconds, ops: closed.commit - begun.commit,
      openTime: (closed.at - begun.begin).microseconds)
  }
}
