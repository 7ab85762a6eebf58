import MKraftFormat
import MKraftReplica
import Testing

@Suite("Raft's rules for 1 to 5 voters")
struct ConsensusTests {
  /// The consensus of replica 0 in term 4, with quorums of this size.
  private func consensus(voters: Int, replication: Int, election: Int) -> Consensus {
    var superblock = Superblock(members: MemberList(cluster: 0xC1, voterCount: voters))
    superblock.cluster = 0xC1
    superblock.member = superblock.members[0]
    superblock.quorums = Quorums(replication: replication, election: election)
    superblock.term = 4
    superblock.checkpoint = .genesis(cluster: 0xC1, geometry: TestFile.geometry)
    return Consensus(superblock)
  }

  /// All sizes of quorums that meet as they must.
  private func forEachQuorums(_ body: (_ voters: Int, _ replication: Int, _ election: Int) -> Void) {
    for voters in 1...5 {
      for replication in 1...voters {
        for election in 1...voters
        where Quorums(replication: replication, election: election).brokenInvariants(voters: voters).isEmpty {
          body(voters, replication, election)
        }
      }
    }
  }

  @Test func aLeaderNeedsTheElectionQuorum() {
    forEachQuorums { voters, replication, election in
      var raft = consensus(voters: voters, replication: replication, election: election)
      #expect(raft.role == .follower && raft.leader == nil && raft.term == 4)
      raft.campaign()
      #expect(raft.role == .candidate && raft.term == 5 && raft.votedFor == raft.members[0] && raft.leader == nil)
      for voter in 0..<voters {
        // The same vote again counts once.
        raft.grant(from: voter)
        raft.grant(from: voter)
        let leads = voter + 1 >= election
        #expect(
          raft.role == (leads ? .leader : .candidate), "\(voters) voters, \(election) to elect, \(voter + 1) votes")
        #expect(raft.leader == (leads ? 0 : nil))
      }
      #expect(raft.term == 5)
    }
  }

  /// Votes of one term do not count in the next.
  @Test func aSecondCampaignBeginsWithoutVotes() {
    var raft = consensus(voters: 5, replication: 3, election: 3)
    raft.campaign()
    raft.grant(from: 0)
    raft.grant(from: 1)
    raft.campaign()
    #expect(raft.term == 6)
    raft.grant(from: 2)
    raft.grant(from: 3)
    #expect(raft.role == .candidate)
    raft.grant(from: 0)
    #expect(raft.role == .leader)
  }

  @Test func commitNeedsTheReplicationQuorum() {
    forEachQuorums { voters, replication, election in
      var raft = consensus(voters: voters, replication: replication, election: election)
      raft.campaign()
      for voter in 0..<election { raft.grant(from: voter) }
      // Voter i holds 10 - i: the quorum holds what its last member holds.
      for voter in 0..<voters {
        raft.hold(UInt64(10 - voter), by: voter) { _ in 5 }
        let expected = voter + 1 >= replication ? UInt64(10 - (replication - 1)) : 0
        #expect(raft.commit == expected, "\(voters) voters, \(replication) to replicate, \(voter + 1) hold")
      }
      // Whoever goes ahead alone commits nothing more, but in a cluster where one is enough.
      raft.hold(20, by: 0) { _ in 5 }
      #expect(raft.commit == (replication == 1 ? 20 : UInt64(10 - (replication - 1))))
    }
  }

  /// Section 5.4.2: entries of earlier terms are committed by one of the own term above them, never by counting; only a
  /// replica alone may count them.
  @Test func onlyEntriesOfTheOwnTermAreCounted() {
    forEachQuorums { voters, replication, election in
      var raft = consensus(voters: voters, replication: replication, election: election)
      raft.campaign()
      for voter in 0..<election { raft.grant(from: voter) }
      let termOf: (UInt64) -> UInt64 = { $0 >= 8 ? 5 : 4 }
      for voter in 0..<voters { raft.hold(7, by: voter, termOf: termOf) }
      #expect(raft.commit == (voters == 1 ? 7 : 0), "\(voters) voters")
      for voter in 0..<replication { raft.hold(8, by: voter, termOf: termOf) }
      #expect(raft.commit == 8)
    }
  }

  /// Only a leader decides what is committed, and commit never goes back.
  @Test func othersCommitNothing() {
    var raft = consensus(voters: 3, replication: 2, election: 2)
    for voter in 0..<3 { raft.hold(9, by: voter) { _ in 4 } }
    #expect(raft.commit == 0)
    raft.campaign()
    raft.hold(10, by: 1) { _ in 5 }
    raft.hold(10, by: 2) { _ in 5 }
    #expect(raft.commit == 0, "a candidate")
    raft.grant(from: 0)
    raft.grant(from: 2)
    raft.hold(11, by: 1) { _ in 5 }
    #expect(raft.commit == 10)
    raft.hold(10, by: 0) { _ in 5 }
    #expect(raft.commit == 10)
  }
}
