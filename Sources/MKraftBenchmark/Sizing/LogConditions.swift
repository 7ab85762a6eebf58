/// What is known of the load and the machine when a log is sized; nil: not known.
package struct LogConditions: Sendable, Equatable {
  /// Ops a second that clients send at most, in bursts too.
  package var rate: Double?
  /// Seconds that a checkpoint takes.
  package var checkpoint: Double?
  /// Bytes a second that the device reads.
  package var bytesPerSecond: Double?

  package init(rate: Double? = nil, checkpoint: Double? = nil, bytesPerSecond: Double? = nil) {
    (self.rate, self.checkpoint, self.bytesPerSecond) = (rate, checkpoint, bytesPerSecond)
  }
}
