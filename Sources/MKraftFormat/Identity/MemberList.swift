/// The members of a cluster: 128-bit ids, the voters first, then standbys (rule R4).
public struct MemberList: Sendable, BitwiseCopyable {
  /// Most members, voters and standbys together.
  public static let limit = 16

  private var ids: InlineArray<16, UInt128>
  public private(set) var voterCount: Int
  public private(set) var standbyCount: Int

  /// The members as recorded; counts are taken as they are, `isConsistent` judges them.
  public init(ids: InlineArray<16, UInt128>, voterCount: Int, standbyCount: Int) {
    self.ids = ids
    self.voterCount = voterCount
    self.standbyCount = standbyCount
  }

  /// The members of a cluster of `voterCount` replicas, whose ids follow from the cluster's.
  public init(cluster: UInt128, voterCount: Int) {
    precondition((1...MemberList.limit).contains(voterCount), "1 to 16 voters")
    ids = InlineArray(repeating: 0)
    for index in 0..<voterCount { ids[index] = MemberList.memberID(cluster: cluster, index: index) }
    self.voterCount = voterCount
    standbyCount = 0
  }

  /// The id of member `index` of a newly formatted cluster: a checksum of both, so that files formatted on different
  /// machines agree without talking.
  public static func memberID(cluster: UInt128, index: Int) -> UInt128 {
    var image = InlineArray<24, UInt8>(repeating: 0)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.store(cluster, toByteOffset: 0)
    bytes.store(UInt64(index), toByteOffset: 16)
    return Checksum.of(bytes.bytes, as: .member)
  }

  public var count: Int { voterCount + standbyCount }

  public subscript(index: Int) -> UInt128 { ids[index] }

  public func contains(voter id: UInt128) -> Bool {
    (0..<min(voterCount, MemberList.limit)).contains { ids[$0] == id }
  }

  /// Whether the list keeps the invariant `member-list`.
  public var isConsistent: Bool {
    let counts = 0...MemberList.limit
    guard voterCount >= 1, counts.contains(voterCount), counts.contains(standbyCount), counts.contains(count) else {
      return false
    }
    for index in 0..<MemberList.limit {
      guard index < count else {
        if ids[index] != 0 { return false }
        continue
      }
      if ids[index] == 0 { return false }
      for earlier in 0..<index where ids[earlier] == ids[index] { return false }
    }
    return true
  }
}

extension MemberList: Equatable {
  public static func == (left: MemberList, right: MemberList) -> Bool {
    left.voterCount == right.voterCount && left.standbyCount == right.standbyCount
      && (0..<MemberList.limit).allSatisfy { left.ids[$0] == right.ids[$0] }
  }
}
