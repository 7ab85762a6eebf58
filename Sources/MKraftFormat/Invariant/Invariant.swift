/// What must hold of structures whose checksums are right. "Checksum right" is not "consistent": both are checked, and
/// reported apart. Each invariant has one name and one statement, here; readers report it by that name.
public enum Invariant: UInt8, Sendable, CaseIterable {
  // Headers of log entries.
  case headerReservedZero
  case headerSize
  case headerPlaceholderEmpty
  case headerOperation
  case headerRootOp
  case headerCommitBelowOp
  case headerNumbers
  case headerSlot
  case headerCluster
  case headerMessageSize
  // Along the chain.
  case chainParent
  case chainTerm
  case chainTimestamp
  case chainCommit
  case chainCheckpoint
  // Superblock.
  case superblockReservedZero
  case superblockSequence
  case superblockNumbers
  case superblockParent
  case superblockFlags
  case superblockSuffix
  case superblockCheckpointHeader
  case superblockCheckpointID
  case commitMaxAtLeastCheckpoint
  case logTermAtMostTerm
  case logTermCoversLog
  case cutChecksum
  case cleanHead
  case syncRange
  case storageSize
  case superblockReferences
  case setsDisjoint
  // Identity and quorums.
  case identityNotZero
  case replicaIndex
  case memberList
  case votedForMember
  case quorumRange
  case quorumsIntersect
  case electionQuorumsIntersect
  // Geometry.
  case geometryIOUnit
  case geometrySlotCount
  case geometryMessageSize
  case geometryPipeline
  case geometryHeadroom
  case geometryInterval
  case geometrySessions
  case geometryBlockSize
  case geometryGridBlocks
  // Replies and blocks.
  case replyReservedZero
  case replySize
  case replyPlaceholderEmpty
  case replySession
  case blockReservedZero
  case blockSize
  case blockAddress
  case blockType
  case blockCluster
  case blockBirth
  case chainShape
  case blockSetShape
  case sessionRecord
  case treeNodeShape
  case treeNodeEntry
  case treeNodeOrder
  case treeNodeBounds
  case treeCounts
  // Messages.
  case messageReservedZero
  case messageSize
}
