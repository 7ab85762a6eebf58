package import MKraftFormat
internal import MKraftStorage

/// From an opened file to a leader that takes requests: superblock copies, the log, the header ring, the term, the no-op. Each step is
/// durable before the next begins.
extension ReplicaCore {
  /// Begins: superblock copies first. Then the log is read and executed before anything is written to it: an entry may turn out to
  /// be damaged, and then the file is left as it was.
  public func start(into effects: inout [ReplicaEffect]) {
    precondition(phase == .idle, "a replica is started once")
    guard hasNumbersLeft else { return halt(.numbersExhausted, into: &effects) }
    phase = .repairing
    guard !superblockRepairs.isEmpty else { return beginReplay(into: &effects) }
    establish(superblock, for: .repair, copies: superblockRepairs, into: &effects)
  }

  /// Whether op, term, sequence and timestamp stay valid numbers whatever a replica adds on one ring. Only a forged file has
  /// others; counting on from them would write what cannot be read back.
  var hasNumbersLeft: Bool {
    let highest = max(max(superblock.sequence, superblock.term), max(head.op, head.timestamp))
    return highest < PrepareHeader.numberLimit - UInt64(geometry.slotCount) - 2
  }

  // MARK: Superblock

  /// Establishes `next` on `copies`. Copies that could not be written the last time are given the present state first, so
  /// that a crash in the middle never finds more than two states (rule R8).
  func establish(
    _ next: Superblock, for cause: UpdateCause, copies: [Int], into effects: inout [ReplicaEffect]
  ) {
    precondition(update == nil, "one superblock update at a time")
    superblockUpdates += 1
    updateCause = cause
    guard unwritableCopies.isEmpty || next.sequence == superblock.sequence else {
      following = next
      update = SuperblockUpdate(superblock, order: unwritableCopies, buffer: superblockBuffer)
      return continueUpdate(into: &effects)
    }
    update = SuperblockUpdate(next, order: copies, buffer: superblockBuffer)
    continueUpdate(into: &effects)
  }

  func continueUpdate(into effects: inout [ReplicaEffect]) {
    guard let step = update?.next(), let update else { preconditionFailure("a superblock update is under way") }
    switch step {
    case .write(_, let offset):
      submit(.write, .superblock, offset: offset, count: update.buffer.byteCount, update.buffer, into: &effects)
    case .read(_, let offset):
      submit(.read, .superblock, offset: offset, count: update.buffer.byteCount, update.buffer, into: &effects)
    case .failed(let verified): halt(.superblock(verified: verified), into: &effects)
    case .done(let unwritable):
      superblock = update.superblock
      unwritableCopies = unwritable
      self.update = nil
      if let next = following {
        following = nil
        self.update = SuperblockUpdate(next, buffer: superblockBuffer)
        return continueUpdate(into: &effects)
      }
      superblockEstablished(into: &effects)
    }
  }

  private func superblockEstablished(into effects: inout [ReplicaEffect]) {
    switch updateCause {
    case .repair:
      // The next update would have the sequence of the copy that stays, and another checksum: a fork.
      if let copy = unwritableCopies.first(where: unacknowledgedCopies.contains) {
        return halt(.unacknowledgedCopy(copy), into: &effects)
      }
      beginReplay(into: &effects)
    case .term:
      consensus.grant(from: consensus.own)
      hold()
      appendNoop(into: &effects)
      pump(into: &effects)
    case .checkpoint: checkpointEstablished(into: &effects)
    case .clean:
      phase = .stopped
      effects.append(.stopped)
    }
  }

  // MARK: Header ring

  /// Makes the recovery's decision durable, one unit after the other, in op order.
  func heal(into effects: inout [ReplicaEffect]) {
    phase = .healing
    let first = geometry.slot(of: superblock.checkpoint.op + 1)
    if let write = journal.nextHealingWrite(from: first) { return submit(write, .healing, into: &effects) }
    takeTerm(into: &effects)
  }

  // MARK: Term

  /// Stands for election in the next term. What is recorded, before anything new is written or sent: the term and the vote,
  /// and the head of the log it was adopted with, so that leftovers above it are void and what is below it cannot vanish.
  func takeTerm(into effects: inout [ReplicaEffect]) {
    // A checkpoint that the log's execution has come to may be about to be named.
    guard update == nil else {
      phase = .awaitingUpdate
      return
    }
    phase = .takingTerm
    consensus.campaign()
    var next = superblock.successor()
    next.term = consensus.term
    next.votedFor = consensus.votedFor
    next.logTerm = consensus.term
    next.isVirgin = false
    next.clean = nil
    next.cut = LogPosition(head)
    next.suffix = suffix()
    // Alone, whatever is durable here is on a replication quorum.
    if superblock.members.voterCount == 1 { next.commitMax = max(next.commitMax, head.op) }
    next.seal()
    establish(next, for: .term, copies: Array(0..<Superblock.copyCount), into: &effects)
  }

  /// The last headers of the log, at most 32, down to the checkpoint.
  private func suffix() -> SuffixHeaders {
    var suffix = SuffixHeaders()
    let count = min(head.op - superblock.checkpoint.op, UInt64(Superblock.suffixLimit))
    for op in head.op - count + 1..<head.op + 1 { suffix.append(image.header(slot: geometry.slot(of: op))) }
    return suffix
  }

  // MARK: Log

  private func beginReplay(into effects: inout [ReplicaEffect]) {
    phase = .replaying
    pump(into: &effects)
  }

  /// Reads the log's entries back, several reads at once; `applyReplayed` applies them in op order.
  func continueReplay(into effects: inout [ReplicaEffect]) {
    while let read = replay.begin(through: head.op, image) {
      submit(
        .read, .replay(first: read.ops.lowerBound),
        offset: geometry.prepareOffset(slot: geometry.slot(of: read.ops.lowerBound)), count: read.byteCount,
        read.buffer, into: &effects)
    }
    guard applied == head.op else { return advanceGrid(into: &effects) }
    replay.end()
    heal(into: &effects)
    advanceGrid(into: &effects)
  }

  func applyReplayed(into effects: inout [ReplicaEffect]) {
    while let read = replay.due, applied < head.op, phase != .halted {
      freezeIfDue(into: &effects)
      let op = applied + 1
      let header = image.header(slot: geometry.slot(of: op))
      let base = replay.offset(of: op, in: read)
      let buffer = read.buffer
      let body = buffer.bytes.extracting(base + PrepareHeader.byteCount..<base + Int(header.size))
      guard apply(header, body, for: nil, into: &effects) else { return }
      if op == read.ops.upperBound { replay.removeFirst() }
    }
  }

  /// A new leader's first entry, when it is known whether the file has space. Without space the op of a checkpoint is not reached, and a
  /// full ring has no place for it: alone, nothing depends on this entry, and reads are answered.
  func appendNoop(into effects: inout [ReplicaEffect]) {
    phase = .appendingNoop
    let trailers = trailersToCome(0)
    let hasSpace = hasSpace(for: 0, trailers: trailers)
    // Also space for the first changes is asked for now, so that no client waits for it.
    if !hasSpace && !hasGrowthFailed { grow(for: 0, trailers: trailers, into: &effects) }
    guard growthTarget == nil else { return }
    guard head.op < geometry.lastPreparableOp(after: superblock.checkpoint.op),
      hasSpace || head.op + 1 < nextCheckpointOp
    else { return becomeReady(into: &effects) }
    hasAppendedNoop = true
    begin(.noop, into: &effects)
  }

  func becomeReady(into effects: inout [ReplicaEffect]) {
    phase = .serving
    effects.append(.ready)
    if stopRequested { stop(into: &effects) }
  }
}

extension Superblock {
  /// The next update of this superblock: sequence + 1, linked to it by parent.
  package func successor() -> Superblock {
    var next = self
    next.sequence += 1
    next.parent = checksum
    next.release = FormatVersion.release
    return next
  }
}
