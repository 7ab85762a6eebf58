public import MKraftFormat

/// All that a new data file is made from. The same plan gives the same bytes everywhere.
public struct FormatPlan: Sendable, Equatable {
  public var cluster: UInt128
  /// This replica's index in the cluster, from 0.
  public var replica: Int
  /// Voters of the cluster.
  public var replicaCount: Int
  public var quorums: Quorums
  public var geometry: Geometry
  /// Names this very file: to be drawn at random for each.
  public var fileID: UInt128
  /// Whether zeros are written over all of the rings and the reply zone, so that later writes into them are quick; if not, only
  /// the I/O units that hold headers are written, and the rest is reserved.
  public var prewrite: Bool

  /// - Parameter quorums: majorities if not given.
  public init(
    cluster: UInt128, replica: Int = 0, replicaCount: Int = 1, quorums: Quorums? = nil,
    geometry: Geometry = Geometry(), fileID: UInt128, prewrite: Bool = false
  ) {
    self.cluster = cluster
    self.replica = replica
    self.replicaCount = replicaCount
    self.quorums = quorums ?? .majority(of: replicaCount)
    self.geometry = geometry
    self.fileID = fileID
    self.prewrite = prewrite
  }

  /// What of the plan no data file could hold; a plan can be carried out if this is empty.
  public var brokenInvariants: InvariantSet {
    var broken = geometry.brokenInvariants
    broken.formUnion(quorums.brokenInvariants(voters: replicaCount))
    if !(1...MemberList.limit).contains(replicaCount) { broken.insert(.memberList) }
    if replica < 0 || replica >= replicaCount { broken.insert(.replicaIndex) }
    return broken
  }

  /// The id of the member that the file will belong to. The plan must break no invariant.
  public var member: UInt128 { MemberList.memberID(cluster: cluster, index: replica) }

  /// Bytes that formatting writes: of the rings, the reply zone and the superblock copies. The plan must break no invariant.
  public var bytesToWrite: UInt64 {
    FormatWrites(self).byteCount + UInt64(Superblock.copyCount * geometry.superblockBytesOnDisk)
  }

  /// The first superblock, sealed: sequence 1, a virgin member in term 0, and a log that consists of its root. The plan must
  /// break no invariant.
  public var superblock: Superblock {
    precondition(brokenInvariants.isEmpty, "a plan that breaks no invariant")
    var superblock = Superblock(members: MemberList(cluster: cluster, voterCount: replicaCount))
    superblock.cluster = cluster
    superblock.member = member
    superblock.fileID = fileID
    superblock.sequence = 1
    superblock.releaseFormat = FormatVersion.release
    superblock.release = FormatVersion.release
    superblock.replica = UInt8(replica)
    superblock.isVirgin = true
    superblock.quorums = quorums
    superblock.geometry = geometry
    superblock.cut = LogPosition(PrepareHeader.root(cluster: cluster))
    superblock.checkpoint = .genesis(cluster: cluster, geometry: geometry)
    superblock.seal()
    return superblock
  }
}
