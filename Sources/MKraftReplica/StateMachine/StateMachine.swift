public import MKraftFormat

/// The state that operations of clients change, executed in two steps (R23).
///
/// Prefetch names the blocks that an operation needs. When all are cached, apply runs to its end without I/O. State and
/// results depend on nothing but the sequence of operations applied: no clock, no randomness, no order of completions.
public protocol StateMachine: ~Copyable {
  /// Names what `apply` of the same operation needs. Changes no state that a result depends on.
  mutating func prefetch(operation: UInt8, body: RawSpan) -> Prefetch

  /// Hands over a block that `prefetch` named, `block_size` bytes whose checksum is the reference's.
  mutating func supply(_ reference: BlockReference, _ block: RawSpan)

  /// Executes one operation and returns how many bytes of `result` it wrote.
  ///
  /// `op` is one above that of the last call (reads that take no op aside), `timestamp` (nanoseconds) is the prepare's.
  /// `result` has the size of a message's body, the same on every replica, since what fits depends on it. The body was
  /// validated before it was prepared; if it is malformed nonetheless, the operation changes nothing and its result has
  /// no entries.
  @_lifetime(result: copy result)
  mutating func apply(
    op: UInt64, timestamp: UInt64, operation: UInt8, body: RawSpan, result: inout MutableRawSpan
  ) -> Int
}
