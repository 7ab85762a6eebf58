public import MKraftReplica

/// How the run of a server ended.
public enum ServerResult: Sendable {
  /// A clean stop, durable in the data file.
  case stopped
  /// An I/O failed, and the replica stopped at once (rule R2).
  case halted(ReplicaHalt)
  /// The address could not be had; the data file was not touched.
  case cannotListen(reason: String)
}
