package import MKraftFormat

/// Raft's state of one replica: term, vote, role, and what each voter is known to hold (Ongaro and Ousterhout 2014, figure 2,
/// with separate quorums for election and replication).
package struct Consensus {
  package let members: MemberList
  package let quorums: Quorums
  /// This replica's index.
  package let own: Int
  package private(set) var role = Role.follower
  package private(set) var term: UInt64
  package private(set) var votedFor: UInt128
  package private(set) var leader: Int?
  private var votes: [Bool]
  /// Highest op that each voter is known to hold durably.
  private var held: [UInt64]
  package private(set) var commit: UInt64

  package init(_ superblock: Superblock) {
    members = superblock.members
    quorums = superblock.quorums
    own = Int(superblock.replica)
    term = superblock.term
    votedFor = superblock.votedFor
    commit = superblock.checkpoint.op
    votes = Array(repeating: false, count: members.voterCount)
    held = Array(repeating: 0, count: members.voterCount)
  }

  /// Begins an election in the next term. The vote for itself counts when it is durable, see `grant`.
  package mutating func campaign() {
    precondition(role != .leader, "a leader does not campaign")
    term += 1
    votedFor = members[own]
    role = .candidate
    leader = nil
    votes = Array(repeating: false, count: members.voterCount)
  }

  /// Counts the vote of a voter for this replica in this term, once that voter has made it durable.
  package mutating func grant(from voter: Int) {
    precondition(role != .follower, "only a candidate is voted for")
    votes[voter] = true
    guard role == .candidate, votes.count(where: { $0 }) >= quorums.election else { return }
    role = .leader
    leader = own
  }

  /// Takes note that `voter` holds the log up to `op` durably, and advances `commit`.
  /// - Parameter termOf: the term of an entry. A leader counts replicas only for entries of its own term (section 5.4.2);
  ///   alone, what is durable is committed, whatever its term.
  package mutating func hold(_ op: UInt64, by voter: Int, termOf: (UInt64) -> UInt64) {
    precondition(op >= held[voter], "what is durable stays")
    held[voter] = op
    let quorumOp = quorums.committedOp(held: held)
    guard role == .leader, quorumOp > commit, members.voterCount == 1 || termOf(quorumOp) == term else { return }
    commit = quorumOp
  }
}
