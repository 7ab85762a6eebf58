package import NIOCore

/// What the shell lets clients take up.
package struct ServerLimits: Sendable {
  /// Most connections at once; one more is closed at once.
  package var connectionsMax = 256
  /// Most messages of one connection that wait for their answers; then nothing more is read from it.
  package var unansweredMax = 64
  /// Bytes written to one connection and not yet taken by the system, above which nothing more is read from it.
  package var unsentHighMark = 1 << 20
  /// Such bytes above which the connection is closed, because its peer does not read.
  package var unsentMax = 16 << 20
  /// How long a clean stop waits for clients to take their last answers.
  package var closingGrace = TimeAmount.seconds(1)

  package init() {}
}
