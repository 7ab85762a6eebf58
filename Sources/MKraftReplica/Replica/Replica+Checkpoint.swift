internal import MKraftFormat
internal import MKraftStorage

/// Checkpoints (rules R18 to R21): they fall on ops that the geometry determines, and are written beside new operations.
extension ReplicaCore {
  /// Replies written at once.
  static var replyDepth: Int { 2 }

  /// Op of the next checkpoint.
  var nextCheckpointOp: UInt64 { frozenOp + UInt64(geometry.checkpointInterval) }

  /// The last op that may be executed and acknowledged: those beyond the headroom behind a checkpoint wait until it is durable, and
  /// no checkpoint begins before the last one is (rule R18).
  var executionLimit: UInt64 { geometry.lastExecutableOp(after: superblock.checkpoint.op) }

  /// Ends the interval if its last op was executed.
  func freezeIfDue(into effects: inout [ReplicaEffect]) {
    guard applied == nextCheckpointOp, execution == nil else { return }
    precondition(checkpoint == nil, "a checkpoint begins when the last one is durable")
    let trailers = grid.trailersNeeded(sessionCount: sessions.count)
    guard hasSpace(for: 0, trailers: trailers) else {
      guard !hasGrowthFailed else { return }
      return grow(for: 0, trailers: trailers, into: &effects)
    }
    let previous = superblock.checkpoint
    let header = image.header(slot: geometry.slot(of: applied))
    precondition(header.op == applied, "the entry of the checkpoint's op is in the log")
    var state = CheckpointState()
    state.parentID = previous.id
    state.header = header
    state.release = header.release
    machine.seal(into: &state)
    let (table, replies) = sessions.seal(cluster: superblock.cluster)
    let references = grid.freeze(sessions: table, release: state.release)
    state.acquired = references.acquired
    state.released = references.released
    state.sessions = references.sessions
    state.storageSize = geometry.fileSize(blockCount: grid.acquired.highest)
    state.seal()
    checkpoint = Checkpoint(state: state, replies: replies.reversed())
    frozenOp = applied
  }

  /// Writes what the checkpoint consists of, and then the superblock that names it: all of it is durable before (rule R21).
  func continueCheckpoint(into effects: inout [ReplicaEffect]) {
    submitReplies(into: &effects)
    guard let writing = checkpoint, !writing.isNamed, writing.replies.isEmpty, writing.repliesInFlight == 0,
      grid.isCheckpointWritten, update == nil
    else { return }
    checkpoint?.isNamed = true
    var next = superblock.successor()
    next.checkpoint = writing.state
    // What was executed was committed, also before this replica leads.
    next.commitMax = max(next.commitMax, max(consensus.commit, applied))
    next.seal()
    establish(next, for: .checkpoint, copies: Array(0..<Superblock.copyCount), into: &effects)
  }

  private func submitReplies(into effects: inout [ReplicaEffect]) {
    while checkpoint != nil, let buffer = replyBuffers.last, let reply = checkpoint?.replies.popLast() {
      replyBuffers.removeLast()
      checkpoint?.repliesInFlight += 1
      let count = geometry.bytesOnDisk(size: Int(reply.header.size))
      var bytes = buffer.mutableBytes
      reply.header.encode(into: &bytes)
      buffer.copy(from: reply.body.rawSpan, at: ReplyHeader.byteCount)
      buffer.zero(Int(reply.header.size)..<count)
      submit(
        .write, .reply(buffer), offset: geometry.replyOffset(slot: reply.slot), count: count, buffer, into: &effects)
    }
  }

  func replyWritten(_ buffer: IOBuffer) {
    precondition(checkpoint != nil, "replies are written for a checkpoint")
    checkpoint?.repliesInFlight -= 1
    replyBuffers.append(buffer)
  }

  /// The checkpoint is durable: its ops' slots may be overwritten, and ops beyond the headroom executed.
  func checkpointEstablished(into effects: inout [ReplicaEffect]) {
    precondition(
      checkpoint?.state.id == superblock.checkpoint.id, "the superblock names the checkpoint that was written")
    checkpoint = nil
    checkpointCount += 1
    hold()
    pump(into: &effects)
  }

  /// Blocks released before the last checkpoint become free, immediately before the first op beyond its headroom is executed: at
  /// the same op on every replica.
  func freeExpiredBlocks(before op: UInt64) {
    guard op > frozenOp + UInt64(geometry.headroom), !grid.expiring.isEmpty else { return }
    precondition(superblock.checkpoint.op == frozenOp, "what a checkpoint released is freed when it is durable")
    grid.freeExpired()
  }
}
