/// What a message on the wire is for. One command, one failure mode: each has its own rule for repetition (theory F3).
/// Numbers 16 to 63 are kept for the commands between replicas.
public enum Command: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// Client to replica: who are you, who leads?
  case pingClient = 1
  case pongClient = 2
  /// Client to leader: execute this.
  case request = 3
  /// Leader to client: the result of a committed entry, or of a read.
  case reply = 4
  /// Replica to client: the request was not taken, and why; nothing was executed because of it.
  case refusal = 5

  public var name: String {
    switch self {
    case .pingClient: "ping-client"
    case .pongClient: "pong-client"
    case .request: "request"
    case .reply: "reply"
    case .refusal: "refusal"
    }
  }
}
