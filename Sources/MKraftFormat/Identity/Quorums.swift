/// Sizes of the two quorums, in voters. They may differ (flexible quorums), but each pair that must meet does.
public struct Quorums: Sendable, Equatable, BitwiseCopyable {
  /// Replicas that must hold an entry before it is committed.
  public var replication: Int
  /// Replicas that must vote for a leader.
  public var election: Int

  public init(replication: Int, election: Int) {
    self.replication = replication
    self.election = election
  }

  /// A majority for both.
  public static func majority(of voters: Int) -> Quorums {
    let election = voters / 2 + 1
    return Quorums(replication: election, election: election)
  }

  public func brokenInvariants(voters: Int) -> InvariantSet {
    var broken = InvariantSet()
    let range = 1...max(1, voters)
    guard range.contains(replication), range.contains(election) else {
      // Sizes out of range can be anything: whether such quorums meet means nothing, and their sum may not exist.
      broken.insert(.quorumRange)
      return broken
    }
    if replication + election <= voters { broken.insert(.quorumsIntersect) }
    if 2 * election <= voters { broken.insert(.electionQuorumsIntersect) }
    return broken
  }

  /// The highest op that a replication quorum holds, given what each voter is known to hold; `held` has one op per voter.
  public func committedOp(held: [UInt64]) -> UInt64 {
    precondition((1...max(1, held.count)).contains(replication), "there are as many voters as the quorum needs")
    var committed: UInt64 = 0
    for op in held where op > committed {
      if held.count(where: { $0 >= op }) >= replication { committed = op }
    }
    return committed
  }
}
