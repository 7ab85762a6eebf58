internal import MKraftFormat
internal import MKraftOutput

extension JSONWriter {
  /// The member `identity`: whose file it is (rule R4).
  func identity(_ superblock: Superblock) {
    object("identity") {
      field("cluster", hex: superblock.cluster)
      field("replica", superblock.replica)
      field("replica_count", superblock.members.voterCount)
      field("member", hex: superblock.member)
      field("file_id", hex: superblock.fileID)
    }
  }

  /// The members `quorum_replication` and `quorum_election`, in voters.
  func quorums(_ quorums: Quorums) {
    field("quorum_replication", quorums.replication)
    field("quorum_election", quorums.election)
  }

  /// The member `geometry` (rule R3).
  func geometry(_ geometry: Geometry) {
    object("geometry") {
      field("io_unit", geometry.ioUnit)
      field("slot_count", geometry.slotCount)
      field("message_size", geometry.messageSize)
      field("pipeline", geometry.pipeline)
      field("checkpoint_interval", geometry.checkpointInterval)
      field("headroom", geometry.headroom)
      field("sessions", geometry.sessions)
      field("block_size", geometry.blockSize)
      field("grid_blocks_max", geometry.gridBlocksMax)
    }
  }

  /// The member `zones`: where each lies and how long it is; the grid with its largest size.
  func zones(of geometry: Geometry) {
    array("zones") {
      for zone in Zone.allCases {
        object {
          field("name", zone.name)
          field("offset", geometry.offset(of: zone))
          field("byte_count", geometry.byteCount(of: zone))
        }
      }
    }
  }
}
