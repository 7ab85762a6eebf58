internal import MKraftFormat

/// What a replica says of itself.
public struct Pong: Sendable, Equatable {
  public enum Role: UInt8, Sendable {
    case follower = 0
    case candidate = 1
    case leader = 2

    public var name: String {
      switch self {
      case .follower: "follower"
      case .candidate: "candidate"
      case .leader: "leader"
      }
    }
  }

  public var cluster: UInt128
  /// Index of the replica that answered.
  public var replica: UInt8
  /// Nil if this release does not know the role.
  public var role: Role?
  public var term: UInt64
  /// Index of the leader, as far as the replica knows.
  public var leader: UInt8?
  /// Head of the log.
  public var headOp: UInt64
  public var commitOp: UInt64
  /// Largest message the replica takes, header and body, in bytes.
  public var messageSize: UInt32
  /// The replica's clock, nanoseconds since 1970 UTC.
  public var timestamp: UInt64
  public var release: UInt32
  /// From sending the ping to having its answer.
  public var roundTrip: Duration

  init(_ header: MessageHeader, roundTrip: Duration) {
    cluster = header.cluster
    replica = header.replica
    role = Role(rawValue: header.operation)
    term = header.term
    leader = header.leader == MessageHeader.noReplica ? nil : header.leader
    headOp = header.op
    commitOp = header.commit
    messageSize = header.messageSize
    timestamp = header.timestamp
    release = header.release
    self.roundTrip = roundTrip
  }
}
