internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// A replica in memory that is asked for the same log whatever its cache and the order of its transfers.
///
/// Requests come in windows: all of a window are sent at once, and the next one when all are answered. So an entry's commit stamp,
/// which speaks of what is executed, depends on the log alone, and so does the time. The transfers of a checkpoint may lag
/// behind for as long as the answers do not need them.
final class DrivenReplica {
  static let cluster: UInt128 = 0xD37
  static let geometry = Geometry(
    slotCount: 64, messageSize: 8192, sessions: 8, blockSize: 16 << 10, gridBlocksMax: 4096)

  private let arguments: Arguments
  private let storage = MemoryStorage()
  private let shell: SimulatedShell<KeyValueStateMachine>
  private var requests: SplitMix64
  private var order: SplitMix64
  private var sessions: [UInt64]
  private var numbers: [UInt64]
  private var lastCheckpoint: UInt128 = 0
  /// The blocks that the last checkpoint refers to.
  private var lastBlocks = BlockSet()
  private var checkpoints = 0
  private var failure: String?
  private var transfers = 0

  private var geometry: Geometry { DrivenReplica.geometry }

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    requests = SplitMix64(seed: arguments.logSeed)
    order = SplitMix64(seed: arguments.orderSeed)
    sessions = Array(repeating: 0, count: Int(DrivenReplica.geometry.pipeline))
    numbers = sessions
    _ = try DataFileFormatter.format(
      FormatPlan(cluster: DrivenReplica.cluster, geometry: DrivenReplica.geometry, fileID: 1), onto: storage)
    // As long as it may become: what waits for growth would be prepared at a time that depends on transfers.
    storage.truncate(to: DrivenReplica.geometry.fileSize(blockCount: DrivenReplica.geometry.gridBlocksMax))
    shell = try SimulatedShell(storage, cacheBlocks: arguments.cacheBlocks, now: 1)
    // The clock follows requests, not transfers: how many there are depends on the cache.
    shell.tick = 0
    shell.watcher = { [unowned self] event in
      if case .transferred(let request, _) = event { transferred(request) }
    }
    shell.start()
    completeAll()
  }

  func run() throws {
    for client in sessions.indices { register(client) }
    completeAll()
    takeSessions()
    while checkpoints < arguments.checkpoints {
      for client in sessions.indices { try write(client) }
      completeWindow()
      guard shell.sent.count(where: { $0.header.command == .reply }) == sessions.count else {
        throw Failure(description: "\(shell.sent.count) answers, head \(shell.replica.status.head)")
      }
      shell.sent.removeAll()
      if let halt = shell.halt { throw Failure(description: "halted: \(halt)") }
      if let failure { throw Failure(description: failure) }
    }
    print("transfers \(transfers)")
  }

  // MARK: Requests

  private func register(_ client: Int) {
    var header = MessageHeader(.request, cluster: DrivenReplica.cluster)
    header.client = UInt128(client) + 1
    header.operation = Operation.register.rawValue
    send(&header, [], client)
  }

  private func takeSessions() {
    for message in shell.sent { sessions[Int(message.connection.rawValue)] = message.header.session }
    shell.sent.removeAll()
  }

  private func write(_ client: Int) throws {
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    for _ in 0..<Int.random(in: 1...6, using: &requests) {
      do { try batch.append(event()) } catch KeyValueBatchBuilderError.batchFull { break }
    }
    numbers[client] += 1
    var header = MessageHeader(.request, cluster: DrivenReplica.cluster)
    header.client = UInt128(client) + 1
    header.operation = Operation.keyValue.rawValue
    header.session = sessions[client]
    header.request = numbers[client]
    send(&header, batch.body, client)
  }

  /// More puts than deletes, over more keys than the smallest cache holds; some values have blocks of their own.
  private func event() -> KeyValueEvent {
    let number = UInt32.random(in: 0..<3000, using: &requests)
    let key = [UInt8](unsafe withUnsafeBytes(of: number.bigEndian) { unsafe [UInt8]($0) })
    if Int.random(in: 0..<5, using: &requests) == 0 { return .delete(key: key) }
    let isLarge = Int.random(in: 0..<10, using: &requests) == 0
    let size = isLarge ? Int.random(in: 4100...6000, using: &requests) : Int.random(in: 0...2400, using: &requests)
    let value = [UInt8](repeating: UInt8.random(in: 0...255, using: &requests), count: size)
    return isLarge ? .compareAndSet(key: key, expected: nil, value: value) : .put(key: key, value: value)
  }

  private func send(_ header: inout MessageHeader, _ body: [UInt8], _ client: Int) {
    shell.now += 1_000_000
    header.seal(body: body.rawSpan)
    shell.receive(from: ConnectionID(UInt64(client)), header, body)
  }

  private func completeAll() {
    while shell.outstandingCount > 0 { shell.complete(at: Int.random(in: 0..<shell.outstandingCount, using: &order)) }
  }

  /// Until every request of the window is answered: the transfers of the log and reads, and others when nothing else is left.
  private func completeWindow() {
    let lags = Bool.random(using: &order)
    while shell.sent.count < sessions.count && shell.outstandingCount > 0 {
      let requests = shell.outstandingRequests
      let due = requests.indices.filter { !lags || isOfTheLog(requests[$0]) }
      guard let index = (due.isEmpty ? Array(requests.indices) : due).randomElement(using: &order) else { return }
      shell.complete(at: index)
    }
  }

  private func isOfTheLog(_ request: IORequest) -> Bool {
    request.direction == .read && request.offset >= geometry.offset(of: .grid)
      || (geometry.offset(of: .walHeaders)..<geometry.offset(of: .superblock1)).contains(request.offset)
      || (geometry.offset(of: .walPrepares)..<geometry.offset(of: .superblock2)).contains(request.offset)
  }

  // MARK: Checkpoints

  /// The first copy that names a checkpoint is on disk, and so is all that it names.
  private func transferred(_ request: IORequest) {
    transfers += 1
    guard request.direction == .write, request.offset == geometry.offset(of: .superblock0),
      let superblock = try? Superblock(decoding: request.buffer.bytes), superblock.checkpoint.op > 0,
      superblock.checkpoint.id != lastCheckpoint
    else { return }
    lastCheckpoint = superblock.checkpoint.id
    checkpoints += 1
    do { try describe(superblock) } catch { failure = "the checkpoint of op \(superblock.checkpoint.op): \(error)" }
  }

  private func describe(_ superblock: Superblock) throws {
    let contents = try CheckpointReader(storage, superblock).read()
    let audit = CheckpointAudit.run(storage, superblock, contents)
    guard audit.faultCount == 0 else { throw Failure(description: "\(audit.faults)") }
    print("checkpoint \(superblock.checkpoint.op) \(superblock.checkpoint.id.hex)")
    let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
    for address in 1...contents.sets.acquired.highest where contents.sets.acquired.contains(address) {
      guard let kind = kind(of: address, contents, audit) else {
        print("block \(address) dropped")
        continue
      }
      _ = try storage.read(buffer.byteCount, at: geometry.blockOffset(address: address), into: buffer)
      print("block \(address) \(kind) \(Checksum.of(buffer.bytes, as: .block).hex)")
    }
    lastBlocks = audit.reachable
    for address in contents.sets.trailers { lastBlocks.insert(address) }
  }

  /// What the block is in the checkpoint. Nil if no checkpoint has ever referred to it: it was made and dropped between two, and
  /// whether it was written meanwhile is the cache's affair.
  private func kind(of address: UInt64, _ contents: CheckpointContents, _ audit: CheckpointAudit) -> String? {
    if audit.reachable.contains(address) { return "tree" }
    if contents.sets.trailers.contains(address) { return "trailer" }
    return lastBlocks.contains(address) ? "released" : nil
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}
