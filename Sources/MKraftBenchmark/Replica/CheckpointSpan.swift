/// A checkpoint as it was seen from begin to end.
package struct CheckpointSpan: Sendable, Equatable {
  /// From the execution of its op to its superblock, microseconds.
  package let duration: Double
  /// Ops committed from its begin to the moment at which writers began to wait for it, or to its end if none did.
  package let ops: UInt64
  /// Microseconds from its begin to that moment.
  package let openTime: Double

  package init(duration: Double, ops: UInt64, openTime: Double) {
    (self.duration, self.ops, self.openTime) = (duration, ops, openTime)
  }

  /// Ops a second while nobody waited; nil if somebody waited from the begin on.
  package var rate: Double? { openTime > 0 ? Double(ops) / openTime * 1e6 : nil }
}
