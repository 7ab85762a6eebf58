import MKraftFormat
import MKraftReplica
import MKraftStorage

/// Watches the effects of a replica and the completions it is told of, and notes every breach of the order of rules R8, R9
/// and R12: what must be durable before what. It knows nothing but the bytes that are written and sent.
final class OrderWatcher<Machine: StateMachine> {
  private(set) var breaches: [String] = []
  /// Ops of each header write, in the order they were asked for: the ops it made durable for the first time.
  private(set) var headerWrites: [ClosedRange<UInt64>] = []
  private(set) var superblockWrites = 0
  private(set) var messagesSent = 0

  private let geometry: Geometry
  /// What stood in the buffers of the transfers under way when they were asked for; of reads, nothing.
  private var buffers: [UInt64: (buffer: IOBuffer, checksum: UInt128?)] = [:]
  /// Headers whose prepares are on disk.
  private var prepares: [UInt64: PrepareHeader] = [:]
  /// Prepares that were asked for, by token.
  private var preparesInFlight: [UInt64: PrepareHeader] = [:]
  private var headersInFlight: (token: UInt64, through: UInt64)?
  /// Last op in both rings.
  private var durableOp: UInt64
  /// Highest op in any header write.
  private var headersThrough: UInt64
  /// Superblocks as they were last written, by token; and the copies read back since the last write.
  private var superblocksInFlight: [UInt64: Superblock] = [:]
  private var lastSuperblock: Superblock?
  private var copiesReadBack: Set<UInt64> = []
  /// The term that at least three copies hold and were read back with.
  private(set) var verifiedTerm: UInt64
  private let termAtOpening: UInt64
  private let storage: MemoryStorage
  private var lastCheckpointID: UInt128
  /// Ops of the checkpoints that superblocks named, in order.
  private(set) var checkpointOps: [UInt64] = []
  private var hasEnded = false

  /// Watches a shell that was not started yet.
  init(_ rig: Rig<Machine>) {
    geometry = rig.geometry
    durableOp = rig.status.head
    headersThrough = rig.status.head
    verifiedTerm = rig.status.term
    termAtOpening = rig.status.term
    storage = rig.storage
    lastCheckpointID = rig.storage.superblock(copy: 0, rig.geometry)?.checkpoint.id ?? 0
    rig.shell.watcher = { [unowned self] in watch($0) }
  }

  private func watch(_ event: SimulatedShell<Machine>.Event) {
    if hasEnded, case .effect = event { breach("an effect after the end") }
    switch event {
    case .effect(.io(let request)): began(request)
    case .effect(.send(_, let header, let body)): sent(header, body)
    case .effect(.ready):
      if verifiedTerm != termAtOpening + 1 { breach("ready in term \(verifiedTerm)") }
    case .effect(.stopped), .effect(.halt): hasEnded = true
    case .transferred(let request, let failure):
      giveBack(request)
      if failure == nil { transferred(request) }
    }
  }

  private func zone(of request: IORequest) -> Zone {
    Zone.allCases.last { geometry.offset(of: $0) <= request.offset } ?? .superblock0
  }

  /// A buffer is the device's from when the transfer is asked for until it is complete (the simulated device copies it at
  /// once, a real one does not).
  private func lend(_ request: IORequest) {
    if buffers.values.contains(where: { $0.buffer === request.buffer }) { breach("one buffer in two transfers") }
    buffers[request.token] = (request.buffer, request.direction == .write ? checksum(of: request) : nil)
  }

  private func giveBack(_ request: IORequest) {
    guard let lent = buffers.removeValue(forKey: request.token) else { return }
    if let before = lent.checksum, before != checksum(of: request) { breach("a buffer was changed during its write") }
  }

  private func checksum(of request: IORequest) -> UInt128 {
    let buffer = request.buffer
    return Checksum.of(buffer.bytes.extracting(0..<request.count), as: .block)
  }

  private func began(_ request: IORequest) {
    lend(request)
    guard request.direction == .write else { return }
    switch zone(of: request) {
    case .walPrepares: beganPrepare(request)
    case .walHeaders: beganHeaders(request)
    case .superblock0, .superblock1, .superblock2, .superblock3: beganSuperblock(request)
    case .replies, .grid: break
    }
  }

  private func beganPrepare(_ request: IORequest) {
    let buffer = request.buffer
    guard let header = try? PrepareHeader(decoding: buffer.bytes) else {
      return breach("a prepare that cannot be read")
    }
    if request.offset != geometry.prepareOffset(slot: geometry.slot(of: header.op)) { breach("a prepare misplaced") }
    if !header.matches(body: buffer.bytes.extracting(PrepareHeader.byteCount..<Int(header.size))) {
      breach("a prepare without its body")
    }
    if verifiedTerm != header.term { breach("op \(header.op) of term \(header.term), verified is \(verifiedTerm)") }
    preparesInFlight[request.token] = header
  }

  private func beganHeaders(_ request: IORequest) {
    if headersInFlight != nil { breach("two header units in flight") }
    guard request.count == Int(geometry.ioUnit) else { return breach("a header write of \(request.count) bytes") }
    let firstSlot = Int(request.offset - geometry.offset(of: .walHeaders)) / PrepareHeader.byteCount
    let buffer = request.buffer
    var ops: [UInt64] = []
    for index in 0..<geometry.headersPerUnit {
      let base = index * PrepareHeader.byteCount
      guard let header = try? PrepareHeader(decoding: buffer.bytes.extracting(base..<base + PrepareHeader.byteCount))
      else { return breach("a unit with a header that cannot be read") }
      guard header.kind == .prepare, header.op > headersThrough else { continue }
      if geometry.slot(of: header.op) != firstSlot + index { breach("the header of op \(header.op) is misplaced") }
      if prepares[header.op] != header { breach("the header of op \(header.op) goes before its prepare") }
      ops.append(header.op)
    }
    guard let first = ops.first, let last = ops.last else { return breach("a header write without a new op") }
    if first != headersThrough + 1 || ops != Array(first...last) { breach("headers out of op order: \(ops)") }
    headersThrough = last
    headersInFlight = (request.token, last)
    headerWrites.append(first...last)
  }

  private func beganSuperblock(_ request: IORequest) {
    superblockWrites += 1
    guard let superblock = try? Superblock(decoding: request.buffer.bytes) else {
      return breach("a superblock that cannot be read")
    }
    if request.offset != geometry.offset(of: .superblock(superblock.copy)) { breach("a superblock copy misplaced") }
    if !superblocksInFlight.isEmpty { breach("two superblock copies in flight") }
    if superblock.checkpoint.id != lastCheckpointID { beganCheckpoint(superblock) }
    superblocksInFlight[request.token] = superblock
    copiesReadBack = []
  }

  /// A superblock names a checkpoint for the first time: everything that it consists of is on disk (rule R21).
  private func beganCheckpoint(_ superblock: Superblock) {
    lastCheckpointID = superblock.checkpoint.id
    checkpointOps.append(superblock.checkpoint.op)
    do {
      let contents = try CheckpointReader(storage, superblock).read()
      let audit = CheckpointAudit.run(storage, superblock, contents)
      if audit.faultCount > 0 { breach("the checkpoint of op \(superblock.checkpoint.op): \(audit.faults)") }
      let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
      for (slot, record) in contents.sessions.enumerated() {
        guard case .current = StoredReply.read(slot, of: record, from: storage, superblock, into: buffer) else {
          breach("the reply in slot \(slot) is not on disk")
          continue
        }
      }
    } catch { breach("the checkpoint of op \(superblock.checkpoint.op): \(error)") }
  }

  private func transferred(_ request: IORequest) {
    if let header = preparesInFlight.removeValue(forKey: request.token) { prepares[header.op] = header }
    if let headers = headersInFlight, headers.token == request.token {
      durableOp = headers.through
      headersInFlight = nil
    }
    if let superblock = superblocksInFlight.removeValue(forKey: request.token) { lastSuperblock = superblock }
    guard request.direction == .read, let last = lastSuperblock, superblocksInFlight.isEmpty else { return }
    guard (0..<Superblock.copyCount).contains(where: { geometry.offset(of: .superblock($0)) == request.offset }),
      let found = try? Superblock(decoding: request.buffer.bytes), found.checksum == last.checksum
    else { return }
    copiesReadBack.insert(request.offset)
    if copiesReadBack.count >= Superblock.writeThreshold { verifiedTerm = last.term }
  }

  private func sent(_ header: MessageHeader, _ body: [UInt8]) {
    messagesSent += 1
    if !header.matches(body: body.rawSpan) { breach("a message without its body") }
    if header.term > verifiedTerm { breach("a message names term \(header.term), verified is \(verifiedTerm)") }
    if header.commit > durableOp { breach("a message names commit \(header.commit), durable is \(durableOp)") }
    let isFree = header.command == .pongClient || header.refusal == .starting
    if !isFree && verifiedTerm != termAtOpening + 1 { breach("\(header.command.name) before the term is taken") }
    if header.command == .reply && header.op > durableOp {
      breach("a reply to op \(header.op), durable is \(durableOp)")
    }
    if header.command == .reply && header.commit < header.op { breach("a reply names a commit below its op") }
    if header.command == .pongClient && header.op > durableOp { breach("a pong names head \(header.op)") }
  }

  private func breach(_ what: String) {
    if breaches.count < 10 { breaches.append(what) }
  }
}
