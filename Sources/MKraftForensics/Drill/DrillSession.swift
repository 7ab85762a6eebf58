/// What is known of one client session of a drill, from its answers alone.
package struct DrillSession: Sendable {
  /// Ops of its acknowledged requests: the first one's at 0.
  package internal(set) var ops: [UInt64] = []
  /// Number of the request that is sent and not answered.
  package internal(set) var pending: UInt64?
  /// Whether a look at the state, after a kill, showed that the pending request had been executed; nil if nobody looked.
  var isPendingExecuted: Bool?

  /// How many of its requests were acknowledged; the number of the last of them.
  package var acknowledged: UInt64 { UInt64(ops.count) }
}
