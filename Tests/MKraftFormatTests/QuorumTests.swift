import MKraftFormat
import Testing

@Suite struct QuorumTests {
  /// Sets of `size` of `count` voters, as bit masks.
  private func quorums(_ size: Int, of count: Int) -> [UInt] {
    (0..<UInt(1) << UInt(count)).filter { $0.nonzeroBitCount == size }
  }

  private func allMeet(_ left: [UInt], _ right: [UInt]) -> Bool {
    left.allSatisfy { one in right.allSatisfy { one & $0 != 0 } }
  }

  /// The invariants say exactly that every two quorums which must meet share a voter.
  @Test func invariantsAreIntersections() {
    for voters in 1...6 {
      for replication in 1...voters {
        for election in 1...voters {
          let replicating = quorums(replication, of: voters)
          let electing = quorums(election, of: voters)
          let broken = Quorums(replication: replication, election: election).brokenInvariants(voters: voters)
          let note = "\(replication) + \(election) of \(voters)"
          #expect(broken.contains(.quorumsIntersect) == !allMeet(replicating, electing), "\(note)")
          #expect(broken.contains(.electionQuorumsIntersect) == !allMeet(electing, electing), "\(note)")
          #expect(!broken.contains(.quorumRange), "\(note)")
        }
      }
    }
  }

  @Test func sizesOutOfRangeNeverOverflow() {
    for voters in [Int.min, -1, 0, 1, 3, 16, 255, .max] {
      for size in [Int.min, -1, 0, 17, 255, 256, .max] where size < 1 || size > max(1, voters) {
        #expect(Quorums(replication: size, election: 1).brokenInvariants(voters: voters).contains(.quorumRange))
        #expect(Quorums(replication: 1, election: size).brokenInvariants(voters: voters).contains(.quorumRange))
        #expect(Quorums(replication: size, election: size).brokenInvariants(voters: voters).contains(.quorumRange))
      }
    }
  }

  @Test func majorities() {
    let expected = [1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 4, 16: 9]
    for (voters, size) in expected {
      let majority = Quorums.majority(of: voters)
      #expect(majority == Quorums(replication: size, election: size))
      #expect(majority.brokenInvariants(voters: voters).isEmpty)
    }
  }

  /// The committed op is the highest that some set of a replication quorum's size holds altogether.
  @Test func committedOpByBruteForce() {
    var random = SplitMix64(seed: 41)
    for voters in 1...6 {
      for replication in 1...voters {
        for election in 1...voters {
          let quorum = Quorums(replication: replication, election: election)
          guard quorum.brokenInvariants(voters: voters).isEmpty else { continue }
          let sets = quorums(replication, of: voters)
          for _ in 0..<100 {
            let held = (0..<voters).map { _ in random.below(8) == 0 ? UInt64.max : UInt64(random.below(6)) }
            let best = sets.map { set in
              (0..<voters).filter { set >> UInt($0) & 1 == 1 }.map { held[$0] }.min() ?? 0
            }.max()
            #expect(quorum.committedOp(held: held) == best, "\(held), \(replication) of \(voters)")
          }
        }
      }
    }
  }
}
