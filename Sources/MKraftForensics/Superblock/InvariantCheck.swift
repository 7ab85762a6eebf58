public import MKraftFormat

/// An invariant of the superblock, and where it does not hold.
public struct InvariantCheck: Sendable {
  public let invariant: Invariant
  /// Indices of the places whose bytes break it.
  public let brokenIn: [Int]

  public var holds: Bool { brokenIn.isEmpty }

  /// The invariants that a superblock can keep or break by itself.
  public static let ofSuperblock: [Invariant] = [
    .superblockReservedZero, .superblockSequence, .superblockParent, .superblockFlags, .superblockSuffix,
    .superblockCheckpointHeader, .superblockCheckpointID, .commitMaxAtLeastCheckpoint, .logTermAtMostTerm,
    .cutTermAtMostLogTerm, .cutChecksum, .cleanHead, .syncRange, .storageSize, .replicaIndex, .memberList,
    .votedForMember, .quorumRange, .quorumsIntersect, .electionQuorumsIntersect, .geometryIOUnit, .geometrySlotCount,
    .geometryMessageSize, .geometryPipeline, .geometryHeadroom, .geometryInterval, .geometrySessions,
    .geometryBlockSize, .geometryGridBlocks,
  ]
}

extension SuperblockInspection {
  /// Every invariant of the superblock, checked in the places of `indices` that show one.
  public func invariants(_ indices: [Int]) -> [InvariantCheck] {
    InvariantCheck.ofSuperblock.map { invariant in
      InvariantCheck(invariant: invariant, brokenIn: indices.filter { places[$0].broken.contains(invariant) })
    }
  }
}
