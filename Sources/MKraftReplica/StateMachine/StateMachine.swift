public import MKraftFormat
public import MKraftStorage

/// What became of an attempt to execute an operation (rule R23).
public enum Execution: Equatable, Sendable {
  /// It is executed; its result has so many bytes.
  case finished(Int)
  /// It cannot go on before a transfer of the grid has completed; then `execute` is to be called again.
  case waiting
  /// A block of the state has a right checksum and is not what must stand in its place.
  case damaged(address: UInt64, Invariant)
}

/// The state that operations of clients change, in blocks of the grid.
///
/// An operation is executed in steps, each in two halves: prefetch names the blocks that the step needs, and when all of them are
/// cached, apply runs to its end without I/O. So an operation may touch far more than the cache holds. State and results
/// depend on nothing but the sequence of operations: no clock, no randomness, no size of the cache, no order of completions.
public protocol StateMachine: AnyObject {
  /// Executes an operation as far as it can go now. While it waits, it is asked again with the same arguments, and nothing else is
  /// executed.
  ///
  /// `op` is one above that of the last call (reads that take no op aside), `timestamp` (nanoseconds) is the prepare's.
  /// `result` has the size of a message's body, the same on every replica, since what fits depends on it; what was written to
  /// it stays there until the operation is finished. The body was validated before it was prepared; if it is malformed
  /// nonetheless, the operation changes nothing and its result has no entries.
  @_lifetime(result: copy result)
  func execute(
    op: UInt64, timestamp: UInt64, operation: UInt8, body: RawSpan, result: inout MutableRawSpan
  ) -> Execution

  /// Gives up an operation that waits. Only a read may be given up.
  func abandon()

  /// Blocks that executing this body may acquire at most, when `pledged` blocks may be acquired by others before.
  func blocksNeeded(body: RawSpan, pledged: UInt64) -> UInt64

  /// The next block to be written before the checkpoint, so that memory stays bounded.
  func nextEarlyWrite() -> GridTransfer?

  /// Completes every block for the checkpoint, and records in `checkpoint` where the state is found.
  func seal(into checkpoint: inout CheckpointState)
}
