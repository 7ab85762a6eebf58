public import MKraftFormat
public import MKraftStorage

/// The replica that the server runs: with the key-value store as its state.
public typealias Replica = ReplicaCore<KeyValueStateMachine>

extension ReplicaCore<KeyValueStateMachine> {
  /// A replica on an opened file, with `cacheBlocks` blocks of the grid in memory (nil: as many as 64 MiB hold), at `now`, in
  /// nanoseconds since 1970 UTC.
  public convenience init(opening: Opening, cacheBlocks: Int? = nil, now: UInt64) {
    self.init(opening: opening, cacheBlocks: cacheBlocks, now: now) { KeyValueStateMachine($0, $1) }
  }
}

/// A replica as a pure state machine: inputs are its methods, effects are what it appends to `effects`.
///
/// It lives on one thread. The shell performs the effects in any order and reports each transfer complete, once.
public final class ReplicaCore<Machine: StateMachine> {
  enum Phase {
    case idle, repairing, replaying, healing, awaitingUpdate, takingTerm, appendingNoop, serving, stopping,
      stampingClean, stopped, halted
  }

  /// What an outstanding transfer is for.
  enum Purpose {
    case superblock, healing, headers, growth
    case prepare(op: UInt64)
    case replay(first: UInt64)
    case grid(GridTransfer)
    case reply(IOBuffer)

    func role(_ geometry: Geometry) -> IORequest.Role {
      switch self {
      case .prepare(let op):
        .prepare(.init(of: geometry.slot(of: op), headersPerUnit: geometry.headersPerUnit))
      case .headers: .headers
      default: .other
      }
    }
  }

  /// Why a superblock is being written.
  enum UpdateCause {
    case repair, term, checkpoint, clean
  }

  /// What the state machine has begun and not finished, because it waits for the grid. Nothing else is executed meanwhile.
  enum Executing: Equatable {
    case entry(op: UInt64)
    case read
  }

  /// An entry begun and not yet applied.
  struct WindowEntry {
    let header: PrepareHeader
    let buffer: IOBuffer
    /// Who waits for the reply.
    var connection: ConnectionID?
    /// Blocks that it may acquire when it is executed.
    let pledge: UInt64
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
  var updateCause = UpdateCause.repair
  var unwritableCopies: [Int] = []
  var superblockUpdates: UInt64 = 0
  var consensus: Consensus
  var journal: JournalWriter
  let grid: Grid
  let machine: Machine
  var execution: Executing?
  /// The checkpoint being written.
  var checkpoint: Checkpoint?
  /// Op of the last checkpoint that was begun.
  var frozenOp: UInt64
  var checkpointCount: UInt64 = 0
  var replyBuffers: [IOBuffer]
  /// Blocks of the grid that the file has space for.
  var fileBlocks: UInt64
  /// Blocks that entries begun and not executed may acquire.
  var pledgedBlocks: UInt64 = 0
  /// Blocks that the file is being made long enough for, and those that are needed now.
  var growthTarget: UInt64?
  var growthNeeded: UInt64 = 0
  /// The first entry of this term was begun.
  var hasAppendedNoop = false
  /// The disk was full at the last attempt, and nothing was asked for since.
  var hasGrowthFailed = false
  /// A resize transfers nothing; every transfer has a buffer.
  let growthBuffer = IOBuffer(byteCount: 16)
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
  var stopRequested = false
  var entriesBegun: UInt64 = 0
  private var purposes: [UInt64: Purpose] = [:]
  private var nextToken: UInt64 = 1

  /// - Parameters:
  ///   - opening: what was found in the file.
  ///   - cacheBlocks: blocks of the grid in memory; nil for the usual number.
  ///   - now: nanoseconds since 1970 UTC.
  ///   - machine: makes the state machine for the state of a checkpoint, in blocks of the grid.
  public init(
    opening: Opening, cacheBlocks: Int? = nil, now: UInt64, machine: (Grid, CheckpointState) -> Machine
  ) {
    geometry = opening.geometry
    image = opening.image
    superblock = opening.superblock
    superblockRepairs = opening.superblockDecision.repairs
    let states = opening.superblockDecision.states
    unacknowledgedCopies = states.indices.filter { states[$0] == .unacknowledged || states[$0] == .newer }
    consensus = Consensus(opening.superblock)
    head = opening.journal.head
    journal = JournalWriter(geometry: opening.geometry, image: opening.image, head: opening.journal.head.op)
    grid = Grid(
      geometry: opening.geometry, cluster: opening.superblock.cluster, checkpoint: opening.checkpoint.sets,
      capacity: max(cacheBlocks ?? ReplicaCore.usualCacheBlocks(opening.geometry), Grid.capacityMin(opening.geometry)))
    self.machine = machine(grid, opening.superblock.checkpoint)
    sessions = SessionTable(limit: Int(opening.geometry.sessions), opening.sessions)
    frozenOp = opening.superblock.checkpoint.op
    fileBlocks = opening.geometry.blockCount(fileSize: opening.byteCount)
    replyBuffers = (0..<ReplicaCore.replyDepth).map { _ in IOBuffer(byteCount: Int(opening.geometry.messageSize)) }
    applied = opening.superblock.checkpoint.op
    appliedTimestamp = opening.superblock.checkpoint.header.timestamp
    replay = Replay(geometry: opening.geometry, from: opening.superblock.checkpoint.op + 1)
    self.now = now
    resultBuffer = IOBuffer(byteCount: opening.geometry.bodySizeMax)
    superblockBuffer = IOBuffer(byteCount: opening.geometry.superblockBytesOnDisk)
    window.reserveCapacity(JournalWriter.pendingLimit(geometry))
  }

  /// Blocks in a cache of 64 MiB.
  static func usualCacheBlocks(_ geometry: Geometry) -> Int { (64 << 20) / Int(geometry.blockSize) }

  /// Transfers outstanding at once, at most: prepares, one header unit, a superblock copy, blocks, replies, and a resize.
  public static func ioLimit(_ geometry: Geometry) -> Int {
    JournalWriter.pendingLimit(geometry) + 2 + Grid.readDepth + Grid.writeDepth + replyDepth + 1
  }

  public var status: ReplicaStatus {
    ReplicaStatus(
      term: superblock.term, role: consensus.role, leader: consensus.leader, head: head.op, commit: consensus.commit,
      checkpoint: superblock.checkpoint.op, isReady: phase == .serving, cluster: superblock.cluster,
      member: superblock.member, replica: Int(superblock.replica), geometry: geometry,
      unwritableCopies: unwritableCopies, superblockUpdates: superblockUpdates, checkpoints: checkpointCount,
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
      .io(
        IORequest(
          token: token, direction: direction, role: purpose.role(geometry), offset: offset, count: count, buffer: buffer
        )))
  }

  func submit(_ write: JournalWrite, _ purpose: Purpose, into effects: inout [ReplicaEffect]) {
    submit(.write, purpose, offset: write.offset, count: write.count, write.buffer, into: &effects)
  }

  /// Reports that a transfer is over.
  /// - Parameter failure: why it failed; a read that came back short has failed too.
  public func complete(_ token: UInt64, failure: StorageError?, now: UInt64, into effects: inout [ReplicaEffect]) {
    complete([IOCompletion(token: token, failure: failure)], now: now, into: &effects)
  }

  // Specialized, here and where requests are received: a call from another module would run the generic code, which
  // looks up types and their members again and again.
  /// Reports that transfers are over. What they make possible is done once for all of them, so that entries whose
  /// prepares became durable together share a header write.
  @_specialize(where Machine == KeyValueStateMachine)
  public func complete(_ completions: [IOCompletion], now: UInt64, into effects: inout [ReplicaEffect]) {
    var isPumpDue = false
    for completion in completions {
      guard let purpose = purposes.removeValue(forKey: completion.token) else {
        preconditionFailure("a transfer completes once")
      }
      guard phase != .halted else { return }
      self.now = max(self.now, now)
      if completed(purpose, completion.failure, into: &effects) { isPumpDue = true }
    }
    if isPumpDue { pump(into: &effects) }
  }

  /// Takes note of a transfer; whether there may be something to do now.
  private func completed(_ purpose: Purpose, _ failure: StorageError?, into effects: inout [ReplicaEffect]) -> Bool {
    if case .superblock = purpose {
      // A copy that cannot be written or read back is not verified; three verified copies are enough (rule R9).
      update?.completed(failed: failure != nil)
      continueUpdate(into: &effects)
      return false
    }
    if case .growth = purpose {
      growthEnded(failure, into: &effects)
      return true
    }
    if let failure {
      halt(.storage(failure), into: &effects)
      return false
    }
    switch purpose {
    case .superblock, .growth: preconditionFailure("dealt with above")
    case .healing: heal(into: &effects)
    case .prepare(let op): journal.prepareDurable(op)
    case .headers:
      journal.headersDurable()
      hold()
    case .replay(let first):
      if let op = replay.finish(first, image) { halt(.entryDamaged(op: op), into: &effects) }
    case .grid(let transfer):
      do throws(BlockFault) { try grid.completed(transfer) } catch { halt(.block(error), into: &effects) }
    case .reply(let buffer): replyWritten(buffer)
    }
    return true
  }

  func halt(_ reason: ReplicaHalt, into effects: inout [ReplicaEffect]) {
    phase = .halted
    effects.append(.halt(reason))
  }

  /// The connection is gone: nothing is sent to it any more. Writes taken from it are executed all the same.
  public func disconnected(_ connection: ConnectionID) {
    for index in window.indices where window[index].connection == connection { window[index].connection = nil }
    for index in requests.indices where requests[index].connection == connection { requests[index].connection = nil }
    if execution == .read, reads.first?.connection == connection {
      machine.abandon()
      execution = nil
    }
    reads.removeAll { $0.connection == connection }
  }

  /// Takes note of what is durable here; acknowledged is only what may be executed (rule R18).
  func hold() {
    let op = min(journal.durableOp, executionLimit)
    consensus.hold(op, by: consensus.own) { [image, geometry] in image.header(slot: geometry.slot(of: $0)).term }
  }

  /// Does all that can be done now.
  func pump(into effects: inout [ReplicaEffect]) {
    switch phase {
    case .idle, .repairing, .stampingClean, .stopped, .halted: return
    case .healing, .takingTerm: return advanceGrid(into: &effects)
    case .awaitingUpdate:
      advanceGrid(into: &effects)
      return takeTerm(into: &effects)
    case .replaying, .appendingNoop, .serving, .stopping: break
    }
    if phase == .replaying { applyReplayed(into: &effects) }
    applyAndServe(into: &effects)
    guard phase != .halted else { return }
    if phase == .replaying { return continueReplay(into: &effects) }
    if phase == .appendingNoop && !hasAppendedNoop { appendNoop(into: &effects) }
    if phase == .appendingNoop && hasAppendedNoop && window.isEmpty { becomeReady(into: &effects) }
    admitQueued(into: &effects)
    if let write = journal.nextHeaderWrite() { submit(write, .headers, into: &effects) }
    advanceGrid(into: &effects)
    if phase == .stopping && isQuiet { stampClean(into: &effects) }
  }

  /// Executes what can be executed now, until nothing moves: an entry may have waited for a read that had begun, and a read for
  /// entries before it.
  private func applyAndServe(into effects: inout [ReplicaEffect]) {
    var before: (op: UInt64, reads: Int)
    repeat {
      before = (applied, reads.count)
      applyCommitted(into: &effects)
      freezeIfDue(into: &effects)
      if phase == .serving || phase == .stopping { serveReads(into: &effects) }
    } while (applied, reads.count) != before && phase != .halted
  }

  /// Whether nothing is under way that a clean stop has to wait for.
  private var isQuiet: Bool {
    window.isEmpty && requests.isEmpty && reads.isEmpty && execution == nil && checkpoint == nil && growthTarget == nil
      && !grid.isBusy && (applied != nextCheckpointOp || hasGrowthFailed)
  }

  /// Goes on with what the grid reads and writes, and with the checkpoint.
  func advanceGrid(into effects: inout [ReplicaEffect]) {
    while let transfer = grid.nextTransfer() { submit(transfer, into: &effects) }
    while let transfer = machine.nextEarlyWrite() { submit(transfer, into: &effects) }
    continueCheckpoint(into: &effects)
  }

  private func submit(_ transfer: GridTransfer, into effects: inout [ReplicaEffect]) {
    submit(
      transfer.isRead ? .read : .write, .grid(transfer), offset: transfer.offset, count: transfer.buffer.byteCount,
      transfer.buffer, into: &effects)
  }
}
