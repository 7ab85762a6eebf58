import MKraftFormat
import Testing

@Suite struct MemberListTests {
  /// Files formatted on different machines, by different builds, must agree: XXH3-128 of the cluster id and the index as
  /// 16 + 8 little-endian bytes, seed 0x6D6B72616674000D, computed with another program.
  @Test func idsNeverChange() {
    let cluster: UInt128 = 0x0123_4567_89AB_CDEF_0011_2233_4455_6677
    #expect(MemberList.memberID(cluster: cluster, index: 0).hex == "766e09386f34aa94d66d70b8bc3c107f")
    #expect(MemberList.memberID(cluster: cluster, index: 1).hex == "a276d7024a892bc28b1bbd84f3fa7b8a")
    #expect(MemberList.memberID(cluster: 1, index: 15).hex == "9d88bea89c4b634bebcc2be8018db05a")
  }

  @Test func listsOfAClusterAreConsistent() {
    for cluster in [0, 1, UInt128.max] {
      for voters in 1...16 {
        let list = MemberList(cluster: cluster, voterCount: voters)
        #expect(list.isConsistent && list.count == voters && list.standbyCount == 0)
        for index in 0..<16 {
          let id = MemberList.memberID(cluster: cluster, index: index)
          #expect(list[index] == (index < voters ? id : 0))
          #expect(list.contains(voter: id) == (index < voters))
        }
        // A prefix of a larger cluster's list, but not the same list.
        #expect(voters == 1 || list != MemberList(cluster: cluster, voterCount: voters - 1))
      }
    }
  }

  @Test func inconsistentListsAreFound() {
    func list(_ ids: [UInt128], _ voters: Int, _ standbys: Int) -> MemberList {
      var all = InlineArray<16, UInt128>(repeating: 0)
      for (index, id) in ids.enumerated() { all[index] = id }
      return MemberList(ids: all, voterCount: voters, standbyCount: standbys)
    }
    #expect(list([1, 2, 3], 2, 1).isConsistent)
    #expect(!list([1, 2, 3], 2, 1).contains(voter: 3) && list([1, 2, 3], 2, 1).contains(voter: 2))
    #expect(!list([], 0, 0).isConsistent)
    #expect(!list([1], 0, 1).isConsistent)
    #expect(!list([1, 2], 1, 0).isConsistent)
    #expect(!list([1, 2], 2, 1).isConsistent)
    #expect(!list([1, 2, 1], 2, 1).isConsistent)
    #expect(!list([1, 2], 3, -1).isConsistent)
    #expect(!list(Array(1...16), 255, 255).isConsistent)
    #expect(!list(Array(1...16), .max, 1).isConsistent)
    #expect(!list(Array(1...16), 1, .max).isConsistent)
    #expect(list(Array(1...16), 16, 0).isConsistent && list(Array(1...16), 1, 15).isConsistent)
    #expect(list(Array(1...16), 255, 255).contains(voter: 16))
    #expect(!list(Array(1...16), 255, 255).contains(voter: 0))
    #expect(!list([1], 16, 0).contains(voter: 2))
  }
}
