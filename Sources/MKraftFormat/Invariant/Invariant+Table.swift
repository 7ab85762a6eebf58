extension Invariant {
  /// The stable name in words, used in output, manual and tests.
  public var name: String { row.name }

  /// What must hold.
  public var statement: String { row.statement }

  private var row: (name: String, statement: String) {
    switch self {
    case .headerReservedZero: ("header-reserved-zero", "nonce, tag and reserved bytes of a header are zero")
    case .headerSize: ("header-size", "size of an entry is 256 to 1048576 bytes")
    case .headerPlaceholderEmpty:
      (
        "header-placeholder-empty",
        "a reserved or unknown header holds its slot, its cluster and size 256; all else is zero"
      )
    case .headerOperation: ("header-operation", "operation of an entry is not 0")
    case .headerRootOp: ("header-root-op", "operation root stands at op 0 and nowhere else")
    case .headerCommitBelowOp: ("header-commit-below-op", "commit < op, except that both are 0 at the root")
    case .headerNumbers: ("header-numbers", "op, term and timestamp of an entry are below 2^63")
    case .headerSlot:
      ("header-slot", "op modulo slot_count is the slot; of a reserved or unknown header op is the slot")
    case .headerCluster: ("header-cluster", "a header's cluster is the superblock's")
    case .headerMessageSize: ("header-message-size", "size of an entry is at most message_size")
    case .chainParent: ("chain-parent", "parent is the checksum of the header of op - 1")
    case .chainTerm: ("chain-term", "terms never decrease along the chain")
    case .chainTimestamp: ("chain-timestamp", "timestamps increase along the chain")
    case .chainCommit: ("chain-commit", "commit stamps never decrease along the chain")
    case .chainCheckpoint: ("chain-checkpoint", "checkpoint_id is the id of the checkpoint before the last one")
    case .superblockReservedZero: ("superblock-reserved-zero", "reserved bytes of a superblock are zero")
    case .superblockSequence: ("superblock-sequence", "sequence is at least 1")
    case .superblockNumbers:
      ("superblock-numbers", "sequence, term, commit_max, cut_op, clean_op and sync_op_max are below 2^63")
    case .superblockParent: ("superblock-parent", "parent is 0 if sequence is 1, and only then")
    case .superblockFlags: ("superblock-flags", "virgin and clean are 0 or 1")
    case .superblockSuffix:
      ("superblock-suffix", "suffix headers are valid entries, each the parent of the next; unused ones are zero")
    case .superblockCheckpointHeader:
      ("superblock-checkpoint-header", "the checkpoint's op header is a valid entry of this cluster")
    case .superblockCheckpointID:
      ("superblock-checkpoint-id", "checkpoint id is the checksum of the checkpoint state it names")
    case .commitMaxAtLeastCheckpoint: ("commit-max-at-least-checkpoint", "commit_max >= op of the checkpoint")
    case .logTermAtMostTerm: ("log-term-at-most-term", "log_term <= term")
    case .logTermCoversLog:
      (
        "log-term-covers-log",
        "the terms of the cut, of the clean stop and of the checkpoint's entry are at most log_term"
      )
    case .cutChecksum:
      ("cut-checksum", "cut_checksum is not 0; if there are suffix headers, the cut is the last of them")
    case .cleanHead:
      (
        "clean-head",
        "clean_op, clean_term and clean_checksum are 0 if clean is 0; else clean_op >= cut_op and clean_checksum is not 0"
      )
    case .syncRange: ("sync-range", "sync_op_min <= sync_op_max")
    case .storageSize: ("storage-size", "storage_size is the grid's offset plus whole blocks, at most grid_blocks_max")
    case .superblockReferences:
      ("superblock-references", "a checkpoint's block reference is all zero or names a block inside storage_size")
    case .setsDisjoint: ("sets-disjoint", "acquired = reachable + released + trailers, disjoint")
    case .identityNotZero: ("identity-not-zero", "cluster and file_id are not 0")
    case .replicaIndex:
      ("replica-index", "replica is below the number of members, and member is that entry of the list")
    case .memberList: ("member-list", "1 to 16 members, distinct and not 0; entries beyond them are zero")
    case .votedForMember: ("voted-for-member", "voted_for is 0 or, while configuration_epoch is 0, a voter")
    case .quorumRange: ("quorum-range", "each quorum is 1 to the number of voters")
    case .quorumsIntersect: ("quorums-intersect", "quorum_replication + quorum_election > voters")
    case .electionQuorumsIntersect: ("election-quorums-intersect", "2 * quorum_election > voters")
    case .geometryIOUnit: ("geometry-io-unit", "io_unit is a power of two, 4096 to 65536")
    case .geometrySlotCount:
      ("geometry-slot-count", "slot_count is 64 to 1048576, a multiple of the headers in an io_unit")
    case .geometryMessageSize:
      ("geometry-message-size", "message_size is a power of two, 4096 to 1048576, at least io_unit")
    case .geometryPipeline: ("geometry-pipeline", "pipeline is 1 to 32")
    case .geometryHeadroom: ("geometry-headroom", "headroom is at least 1")
    case .geometryInterval:
      (
        "geometry-interval",
        "checkpoint_interval is above headroom and the no-op reserve and at least pipeline, and interval + no-op reserve + pipeline + max(pipeline, headroom) <= slot_count"
      )
    case .geometrySessions: ("geometry-sessions", "sessions is 1 to 4096")
    case .geometryBlockSize:
      ("geometry-block-size", "block_size is a power of two, 16384 to 1048576, at least io_unit")
    case .geometryGridBlocks:
      (
        "geometry-grid-blocks",
        "grid_blocks_max is at most 67108864, and at least three times the most trailers of a checkpoint plus 32"
      )
    case .replyReservedZero: ("reply-reserved-zero", "reserved bytes of a reply header are zero")
    case .replySize: ("reply-size", "size of a reply is 256 bytes to message_size")
    case .replyPlaceholderEmpty:
      ("reply-placeholder-empty", "a reply-reserved header holds its slot, its cluster and size 256; all else is zero")
    case .replySession: ("reply-session", "a reply stands in the slot its session owns")
    case .blockReservedZero: ("block-reserved-zero", "reserved bytes of a block header are zero")
    case .blockSize: ("block-size", "size of a block is 256 bytes to block_size")
    case .blockAddress: ("block-address", "a block's address is its place in the grid")
    case .blockType: ("block-type", "a block's type is a known one, and the one its referrer names")
    case .blockCluster: ("block-cluster", "a block's cluster is the superblock's")
    case .blockBirth: ("block-birth", "a block was born no later than the checkpoint that refers to it")
    case .chainShape:
      (
        "chain-shape",
        "every block of a chain but the last is full, and its extents count down to the last block's bytes"
      )
    case .blockSetShape:
      (
        "block-set-shape",
        "a set is whole words, the last not 0, and names blocks inside storage_size; there is a set of acquired blocks if there are blocks"
      )
    case .sessionRecord:
      (
        "session-record",
        "session records name distinct clients, at most sessions of them, with session <= op <= the checkpoint's op; reserved bytes are zero"
      )
    case .treeNodeShape:
      ("tree-node-shape", "a node's level is its block type's and its place's, and its entries fill it exactly")
    case .treeNodeEntry:
      (
        "tree-node-entry",
        "an entry has a form that its level allows, sizes within the limits, and as many references as its value needs"
      )
    case .treeNodeOrder:
      ("tree-node-order", "the keys of a node increase; the first of an inner node is empty, no other is")
    case .treeNodeBounds: ("tree-node-bounds", "a node's keys lie between the two keys that its parent gives for it")
    case .treeCounts:
      ("tree-counts", "the tree has as many levels, pairs, leaves, inner nodes and value blocks as the checkpoint says")
    case .messageReservedZero: ("message-reserved-zero", "reserved bytes of a message header are zero")
    case .messageSize: ("message-size", "size of a message is 256 to 1048576 bytes")
    }
  }
}
