public import MKraftReplica

/// What a running server has to tell whoever started it.
public enum ServerEvent: Sendable, Equatable {
  /// The socket listens at this address; requests are refused until the replica is ready.
  case listening(NetworkAddress)
  /// What the replica is as it becomes ready; comes right before `ready`.
  case status(ReplicaStatus)
  /// The replica has recovered and takes requests.
  case ready
  /// One line about something that went wrong with a client, safe to print.
  case note(String)
}
