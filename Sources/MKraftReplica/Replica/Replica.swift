public import MKraftFormat
public import MKraftStorage

/// The replica that the server runs: with the key-value store as its state.
public typealias Replica = ReplicaCore<KeyValueStateMachine>

/// A replica as a pure state machine: inputs are its methods, effects are what it appends to `effects`.
///
/// It lives on one thread. The shell performs the effects in any order and reports each transfer complete, once.
public final class ReplicaCore<Machine: StateMachine> {
  enum Phase {
    case idle, repairing, healing, takingTerm, replaying, appendingNoop, serving, stopping, stampingClean, stopped,
      halted
  }

  /// What an outstanding transfer is for.
  enum Purpose {
    case superblock, healing, headers
    case prepare(op: UInt64)
    case replay(first: UInt64)
    case block(BlockReference, IOBuffer)
  }

  /// An entry begun and not yet applied.
  struct WindowEntry {
    let header: PrepareHeader
    let buffer: IOBuffer
    /// Who waits for the reply.
    var connection: ConnectionID?
  }

  /// A request that waits for a place in the pipeline. It was taken: it is executed even if its connection goes away.
  struct QueuedRequest {
    var connection: ConnectionID?
    let header: MessageHeader
    let body: [UInt8]
  }

  /// A read that waits until everything begun before it is applied.
  struct QueuedRead {
    let connection: ConnectionID
    let header: MessageHeader
    let body: [UInt8]
    var after: UInt64
  }

  /// A clock further ahead (2116) is wrong: following it would use up the timestamps, of which each must be above the last.
  static var clockLimit: UInt64 { PrepareHeader.numberLimit / 2 }

  /// Reads that wait, at most.
  static var readLimit: Int { 256 }

  let geometry: Geometry
  let image: JournalImage
  let resultBuffer: IOBuffer
  let superblockBuffer: IOBuffer
  var phase = Phase.idle
  var now: UInt64
  /// The last superblock known to be established.
  var superblock: Superblock
  var superblockRepairs: [Int]
  /// Copies that hold the beginning of an update that was never acknowledged.
  let unacknowledgedCopies: [Int]
  /// The update to begin when the one under way has re-established the present state.
  var following: Superblock?
  var update: SuperblockUpdate?
  var unwritableCopies: [Int] = []
  var superblockUpdates: UInt64 = 0
  var consensus: Consensus
  var journal: JournalWriter
  var machine: Machine
  var sessions: SessionTable
  /// Last entry begun.
  var head: PrepareHeader
  /// Last op applied to the state machine.
  var applied: UInt64
  /// Timestamp of its entry.
  var appliedTimestamp: UInt64
  /// Entries from `applied + 1` on, in op order; at most the pipeline and a no-op.
  var window: [WindowEntry] = []
  /// What is being read back from the log at the start; empty from then on.
  var replay: Replay
  var freeBuffers: [IOBuffer] = []
  var requests: [QueuedRequest] = []
  var reads: [QueuedRead] = []
  var blockAwaited = false
  var stopRequested = false
  var entriesBegun: UInt64 = 0
  private var purposes: [UInt64: Purpose] = [:]
  private var nextToken: UInt64 = 1

  /// - Parameters:
  ///   - opening: what was found in the file.
  ///   - now: nanoseconds since 1970 UTC.
  public init(opening: Opening, machine: Machine, now: UInt64) {
    geometry = opening.geometry
    image = opening.image
    superblock = opening.superblock
    superblockRepairs = opening.superblockDecision.repairs
    let states = opening.superblockDecision.states
    unacknowledgedCopies = states.indices.filter { states[$0] == .unacknowledged || states[$0] == .newer }
    consensus = Consensus(opening.superblock)
    head = opening.journal.head
    journal = JournalWriter(geometry: opening.geometry, image: opening.image, head: opening.journal.head.op)
    self.machine = machine
    sessions = SessionTable(limit: Int(opening.geometry.sessions))
    applied = opening.superblock.checkpoint.op
    appliedTimestamp = opening.superblock.checkpoint.header.timestamp
    replay = Replay(geometry: opening.geometry, from: opening.superblock.checkpoint.op + 1)
    self.now = now
    resultBuffer = IOBuffer(byteCount: opening.geometry.bodySizeMax)
    superblockBuffer = IOBuffer(byteCount: opening.geometry.superblockBytesOnDisk)
    window.reserveCapacity(JournalWriter.pendingLimit(geometry))
  }

  /// Transfers outstanding at once, at most: prepares, one header unit, and a superblock copy or a block.
  public static func ioLimit(_ geometry: Geometry) -> Int { JournalWriter.pendingLimit(geometry) + 2 }

  public var status: ReplicaStatus {
    ReplicaStatus(
      term: superblock.term, role: consensus.role, leader: consensus.leader, head: head.op, commit: consensus.commit,
      checkpoint: superblock.checkpoint.op, isReady: phase == .serving, cluster: superblock.cluster,
      member: superblock.member, replica: Int(superblock.replica), geometry: geometry,
      unwritableCopies: unwritableCopies, superblockUpdates: superblockUpdates,
      headerWrites: journal.headerWriteCount, entriesBegun: entriesBegun)
  }

  // MARK: Transfers

  /// Asks for a transfer.
  func submit(
    _ direction: IORequest.Direction, _ purpose: Purpose, offset: UInt64, count: Int, _ buffer: IOBuffer,
    into effects: inout [ReplicaEffect]
  ) {
    precondition(purposes.count < ReplicaCore.ioLimit(geometry), "outstanding transfers are bounded")
    let token = nextToken
    nextToken += 1
    purposes[token] = purpose
    effects.append(
      .io(IORequest(token: token, direction: direction, offset: offset, count: count, buffer: buffer)))
  }

  func submit(_ write: JournalWrite, _ purpose: Purpose, into effects: inout [ReplicaEffect]) {
    submit(.write, purpose, offset: write.offset, count: write.count, write.buffer, into: &effects)
  }

  /// Reports that a transfer is over.
  /// - Parameter failure: why it failed; a read that came back short has failed too.
  public func complete(_ token: UInt64, failure: StorageError?, now: UInt64, into effects: inout [ReplicaEffect]) {
    guard let purpose = purposes.removeValue(forKey: token) else { preconditionFailure("a transfer completes once") }
    guard phase != .halted else { return }
    self.now = max(self.now, now)
    if case .superblock = purpose {
      // A copy that cannot be written or read back is not verified; three verified copies are enough (rule R9).
      update?.completed(failed: failure != nil)
      continueUpdate(into: &effects)
      return
    }
    if let failure { return halt(.storage(failure), into: &effects) }
    switch purpose {
    case .superblock: preconditionFailure("dealt with above")
    case .healing: heal(into: &effects)
    case .prepare(let op): journal.prepareDurable(op)
    case .headers:
      journal.headersDurable()
      consensus.hold(journal.durableOp, by: consensus.own) { [image, geometry] in
        image.header(slot: geometry.slot(of: $0)).term
      }
    case .replay(let first):
      if let op = replay.finish(first, image) { return halt(.entryChanged(op: op), into: &effects) }
    case .block(let reference, let buffer):
      guard isBlock(buffer, of: reference) else {
        return halt(.blockDamaged(address: reference.address), into: &effects)
      }
      blockAwaited = false
      machine.supply(reference, buffer.bytes)
    }
    pump(into: &effects)
  }

  func halt(_ reason: ReplicaHalt, into effects: inout [ReplicaEffect]) {
    phase = .halted
    effects.append(.halt(reason))
  }

  /// The connection is gone: nothing is sent to it any more. Writes taken from it are executed all the same.
  public func disconnected(_ connection: ConnectionID) {
    for index in window.indices where window[index].connection == connection { window[index].connection = nil }
    for index in requests.indices where requests[index].connection == connection { requests[index].connection = nil }
    reads.removeAll { $0.connection == connection }
  }

  /// Does all that can be done now.
  func pump(into effects: inout [ReplicaEffect]) {
    switch phase {
    case .idle, .repairing, .healing, .takingTerm, .stampingClean, .stopped, .halted: return
    case .replaying, .appendingNoop, .serving, .stopping: break
    }
    if phase == .replaying { applyReplayed(into: &effects) }
    applyCommitted(into: &effects)
    guard phase != .halted else { return }
    if phase == .replaying { continueReplay(into: &effects) }
    if phase == .appendingNoop && window.isEmpty { becomeReady(into: &effects) }
    if phase == .serving || phase == .stopping {
      serveReads(into: &effects)
      admitQueued(into: &effects)
    }
    if let write = journal.nextHeaderWrite() { submit(write, .headers, into: &effects) }
    if phase == .stopping && window.isEmpty && reads.isEmpty && !blockAwaited { stampClean(into: &effects) }
  }
}
