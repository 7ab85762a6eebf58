internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// A key-value state machine on a grid whose blocks all stay in the cache: nothing is ever read or written.
final class KeyValueStore {
  static let geometry = Geometry()
  static var blockSize: Int { Int(geometry.blockSize) }
  /// Largest body of a request or a result.
  static var bodySizeMax: Int { geometry.bodySizeMax }

  private let grid: Grid
  private let machine: KeyValueStateMachine
  /// Results of the last batch.
  let results = IOBuffer(byteCount: KeyValueStore.bodySizeMax)
  private var op: UInt64 = 0

  init() {
    // More than any tree here has; frames are made when they are needed.
    grid = Grid(geometry: KeyValueStore.geometry, cluster: EntryMaker.cluster, checkpoint: .none, capacity: 4096)
    machine = KeyValueStateMachine(grid, .genesis(cluster: EntryMaker.cluster, geometry: KeyValueStore.geometry))
  }

  var count: Int { Int(machine.count) }

  /// Executes a batch, and returns how many bytes its results have.
  @discardableResult
  func apply(_ body: [UInt8]) -> Int {
    op += 1
    let results = results
    var result = results.mutableBytes
    let outcome = machine.execute(
      op: op, timestamp: op, operation: Operation.keyValue.rawValue, body: body.rawSpan, result: &result)
    guard case .finished(let size) = outcome else { preconditionFailure("everything is in the cache") }
    return size
  }

  /// The blocks of all leaves in the order that they were made in, as a checkpoint would write them.
  func sealedLeaves() -> [IOBuffer] {
    var checkpoint = CheckpointState()
    machine.seal(into: &checkpoint)
    return grid.modifiedFrames.sorted { grid.address($0) < grid.address($1) }.map { grid.bytes($0) }.filter { buffer in
      buffer.bytes.load(BlockHeader.Layout.type) == BlockHeader.BlockType.treeLeaf.rawValue
    }
  }
}
