/// What a running server has to tell whoever started it.
public enum ServerEvent: Sendable, Equatable {
  /// The socket listens at this address; requests are refused until the replica is ready.
  case listening(NetworkAddress)
  /// The replica has recovered and takes requests.
  case ready
  /// One line about something that went wrong with a client, safe to print.
  case note(String)
}
