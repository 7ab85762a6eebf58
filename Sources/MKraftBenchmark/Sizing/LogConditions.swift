/// What is known of the load and the machine when a log is sized; nil: not known.
package struct LogConditions: Sendable, Equatable {
  /// Ops a second that clients send at most.
  package var rate: Double?
  /// Seconds that a checkpoint takes.
  package var checkpoint: Double?
  /// Bytes a second that the device reads.
  package var bytesPerSecond: Double?
  /// Seconds to execute an op of the log at a start.
  package var apply: Double?

  package init(
    rate: Double? = nil, checkpoint: Double? = nil, bytesPerSecond: Double? = nil, apply: Double? = nil
  ) {
    (self.rate, self.checkpoint, self.bytesPerSecond, self.apply) = (rate, checkpoint, bytesPerSecond, apply)
  }
}
