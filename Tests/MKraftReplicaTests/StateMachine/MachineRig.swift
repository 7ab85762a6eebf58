import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A key-value state machine on a grid of its own, whose transfers are carried out at once, in an order drawn from a seed.
final class MachineRig {
  static let geometry = Geometry(
    slotCount: 64, messageSize: 4096, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 8192)
  static let cluster: UInt128 = 0xC1

  let geometry: Geometry
  let storage = MemoryStorage()
  private(set) var grid: Grid
  private(set) var machine: KeyValueStateMachine
  private var generator: SplitMix64
  private var pending: [GridTransfer] = []
  private var op: UInt64 = 0
  private(set) var checkpoint: CheckpointState
  private(set) var transfers = 0
  /// Whether the transfer begun first is the last to complete, so that it may be overtaken by all others.
  private let newestFirst: Bool

  /// - Parameter cacheBlocks: nil for as few as there may be.
  init(
    geometry: Geometry = MachineRig.geometry, cacheBlocks: Int? = nil, seed: UInt64 = 1, newestFirst: Bool = false
  ) {
    self.newestFirst = newestFirst
    self.geometry = geometry
    generator = SplitMix64(seed: seed)
    checkpoint = .genesis(cluster: MachineRig.cluster, geometry: geometry)
    grid = Grid(
      geometry: geometry, cluster: MachineRig.cluster, checkpoint: .none,
      capacity: cacheBlocks ?? Grid.capacityMin(geometry))
    machine = KeyValueStateMachine(grid, checkpoint)
  }

  /// Applies a body and returns the bytes written, over a buffer that is full of `old` bytes.
  func apply(
    _ body: [UInt8], sizeMax: Int? = nil, operation: UInt8 = 128, old: UInt8 = 0xAA
  ) -> [UInt8] {
    var buffer = [UInt8](repeating: old, count: sizeMax ?? geometry.bodySizeMax)
    op += 1
    while true {
      var elements = buffer.mutableSpan
      var result = unsafe elements.mutableBytes
      let outcome = machine.execute(
        op: op, timestamp: op, operation: operation, body: body.rawSpan, result: &result)
      switch outcome {
      case .finished(let size):
        takeTransfers()
        return [UInt8](buffer.prefix(size))
      case .waiting:
        takeTransfers()
        precondition(!pending.isEmpty, "what waits, waits for a transfer")
        completeOne()
      case .damaged(let address, let broken): preconditionFailure("block \(address): \(broken)")
      }
    }
  }

  /// Begins to execute a read, and gives it up if it waits: what it asked for is under way from then on, and not complete.
  func giveUp(_ events: [KeyValueEvent]) throws -> Execution {
    var buffer = [UInt8](repeating: 0, count: geometry.bodySizeMax)
    let body = try encode(events, bodySizeMax: geometry.bodySizeMax)
    var elements = buffer.mutableSpan
    var result = unsafe elements.mutableBytes
    let outcome = machine.execute(op: op, timestamp: op, operation: 128, body: body.rawSpan, result: &result)
    machine.abandon()
    return outcome
  }

  func run(_ events: [KeyValueEvent]) throws -> [KeyValueResult] {
    try decodeResults(apply(encode(events, bodySizeMax: geometry.bodySizeMax)))
  }

  /// Ends an interval as a replica does, writes the checkpoint, and frees what it released.
  func takeCheckpoint() {
    var state = CheckpointState()
    state.parentID = checkpoint.id
    state.header = checkpoint.header
    machine.seal(into: &state)
    let trailers = grid.freeze(sessions: [], release: FormatVersion.release)
    (state.acquired, state.released, state.sessions) = (trailers.acquired, trailers.released, trailers.sessions)
    state.storageSize = geometry.fileSize(blockCount: grid.acquired.highest)
    state.seal()
    checkpoint = state
    completeAll()
    precondition(grid.isCheckpointWritten)
    grid.freeExpired()
  }

  func completeAll() {
    takeTransfers()
    while !pending.isEmpty { completeOne() }
  }

  /// Begins what may begin.
  private func takeTransfers() {
    while let transfer = grid.nextTransfer() { pending.append(transfer) }
    while let transfer = machine.nextEarlyWrite() { pending.append(transfer) }
  }

  private func completeOne() {
    let index = newestFirst ? pending.count - 1 : Int.random(in: 0..<pending.count, using: &generator)
    let transfer = pending.remove(at: index)
    transfers += 1
    do {
      if transfer.isRead {
        _ = try storage.read(transfer.buffer.byteCount, at: transfer.offset, into: transfer.buffer)
      } else {
        try storage.write(transfer.buffer.byteCount, at: transfer.offset, from: transfer.buffer)
      }
      try grid.completed(transfer)
    } catch { preconditionFailure("\(error)") }
    takeTransfers()
  }

  var count: Int { Int(machine.count) }

  /// All pairs in order, by scans.
  var pairs: [KeyValuePair] {
    get throws {
      var pairs: [KeyValuePair] = []
      var start: [UInt8] = [0]
      while true {
        let result = try run([.scan(start: start, end: nil, limit: .max)])[0]
        pairs += result.pairs
        guard result.more, let last = result.pairs.last else { return pairs }
        start = last.key + [0]
      }
    }
  }
}

/// The results in a body.
func decodeResults(_ body: [UInt8]) throws(KeyValueBatchError) -> [KeyValueResult] {
  let batch = try KeyValueResultsView(validating: body.rawSpan)
  var decoded: [KeyValueResult] = []
  var results = batch.results
  while let result = results.next() { decoded.append(KeyValueResult(copying: result)) }
  return decoded
}

/// The body of a batch.
func encode(_ events: [KeyValueEvent], bodySizeMax: Int = KeyValueWorkload.bodySizeMax) throws -> [UInt8] {
  var builder = KeyValueBatchBuilder(bodySizeMax: bodySizeMax)
  for event in events { try builder.append(event) }
  return builder.body
}
