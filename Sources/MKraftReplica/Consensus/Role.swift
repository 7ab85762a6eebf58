/// What a replica is to its cluster.
public enum Role: UInt8, Sendable, CaseIterable {
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
