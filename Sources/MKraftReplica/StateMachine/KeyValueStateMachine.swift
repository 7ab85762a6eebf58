public import MKraftFormat
public import MKraftStorage

/// The key-value store.
///
/// The events of a batch are executed one after the other, each sees the changes of those before it, and none undoes
/// another: a batch is applied as one op, but it is no transaction with conditions over the whole. A step of the execution is an
/// event, or a pair of a scan.
public final class KeyValueStateMachine: StateMachine {
  /// The batch under way.
  struct Batch: ~Copyable {
    var writer: KeyValueResultWriter
    /// Where the next event begins in the body.
    var offset: Int
    var remaining: Int
    var scan: Scan?
  }

  /// A scan under way.
  struct Scan {
    /// The next pair is the first at or behind this key; within a leaf it is not kept up.
    var start: [UInt8]
    /// The range ended before the tree did.
    var isPastEnd = false
    var taken: UInt32 = 0
  }

  let grid: Grid
  var tree: Tree
  var batch: Batch?
  /// A value that stands in blocks, put together.
  let valueBuffer: IOBuffer

  /// The state as `checkpoint` has it.
  public init(_ grid: Grid, _ checkpoint: CheckpointState) {
    self.grid = grid
    tree = Tree(grid, checkpoint)
    valueBuffer = IOBuffer(byteCount: Int(grid.geometry.messageSize))
  }

  /// Number of keys that have a value.
  public var count: UInt64 { tree.pairCount }

  @_lifetime(result: copy result)
  public func execute(
    op: UInt64, timestamp: UInt64, operation: UInt8, body: RawSpan, result: inout MutableRawSpan
  ) -> Execution {
    guard result.byteCount >= KeyValueBatch.headSize else { return .finished(0) }
    if batch == nil {
      guard operation == Operation.keyValue.rawValue,
        let view = try? KeyValueBatchView(validating: body, bodySizeMax: result.byteCount)
      else { return .finished(KeyValueResultWriter(count: 0, into: &result).byteCount) }
      batch = Batch(
        writer: KeyValueResultWriter(count: view.count, into: &result), offset: KeyValueBatch.headSize,
        remaining: view.count)
    }
    guard var batch = batch.take() else { preconditionFailure("a batch is under way") }
    let obstacle = advance(&batch, body, &result)
    guard let obstacle else { return .finished(batch.writer.byteCount) }
    self.batch = consume batch
    return obstacle
  }

  /// Executes events until the last; or tells what it waits for.
  @_lifetime(result: copy result)
  private func advance(_ batch: inout Batch, _ body: RawSpan, _ result: inout MutableRawSpan) -> Execution? {
    while batch.remaining > 0 {
      var events = KeyValueEventIterator(body, from: batch.offset, count: batch.remaining)
      guard let event = events.next() else { preconditionFailure("the batch was validated") }
      grid.beginStep()
      let obstacle: Execution?
      if event.code == .scan {
        obstacle = scan(event, &batch, &result)
      } else if let missing = prefetch(event) {
        obstacle = missing
      } else {
        apply(event, &batch.writer, &result)
        obstacle = nil
      }
      if let obstacle { return obstacle }
      batch.offset = events.position
      batch.remaining -= 1
    }
    return nil
  }

  public func abandon() { batch = nil }

  public func nextEarlyWrite() -> GridTransfer? {
    grid.beginStep()
    return tree.nextEarlyWrite()
  }

  public func seal(into checkpoint: inout CheckpointState) {
    precondition(batch == nil, "a checkpoint is taken between operations")
    tree.sealAll()
    tree.record(in: &checkpoint)
  }
}
