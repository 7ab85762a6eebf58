extension Superblock {
  /// Where the fields lie. Bytes 0 to 63 are the frozen prefix: they keep their place and meaning in every version.
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 24 to 16383, as superblock")
    public static let copy = Field<UInt64>("copy", at: 16, "number of this copy, 0 to 3; not covered by the checksum")
    public static let covered = 24..<Superblock.byteCount
    public static let magic = Field<UInt64>("magic", at: 24, "ASCII MKRAFTDF")
    public static let formatVersion = Field<UInt32>("format_version", at: 32, "2")
    public static let checksumAlgorithm = Field<UInt16>("checksum_algorithm", at: 36, "1: XXH3-128")
    public static let kind = Field<UInt8>("kind", at: 38, "1: superblock")
    public static let reservedPrefix = 39..<40
    public static let featuresIncompatible = Field<UInt64>(
      "features_incompatible", at: 40, "an unknown bit: do not interpret the file")
    public static let featuresReadOnly = Field<UInt64>(
      "features_read_only", at: 48, "an unknown bit: read, do not write")
    public static let featuresCompatible = Field<UInt64>("features_compatible", at: 56, "an unknown bit: no matter")
    public static let frozenPrefix = 0..<64

    public static let cluster = Field<UInt128>("cluster", at: 64, "cluster id")
    public static let member = Field<UInt128>("member", at: 80, "this replica's member id")
    public static let fileID = Field<UInt128>("file_id", at: 96, "random: this very file")
    public static let lineage = Field<UInt128>("lineage", at: 112, "file_id this file was made from, or 0")
    public static let parent = Field<UInt128>("parent", at: 128, "checksum of the superblock before, or 0")
    public static let sequence = Field<UInt64>("sequence", at: 144, "number of the update, from 1")
    public static let releaseFormat = Field<UInt32>("release_format", at: 152, "release that formatted the file")
    public static let release = Field<UInt32>("release", at: 156, "release that wrote this update")
    public static let replica = Field<UInt8>("replica", at: 160, "index of this replica in the member list")
    public static let voterCount = Field<UInt8>("replica_count", at: 161, "voters in the member list")
    public static let standbyCount = Field<UInt8>("standby_count", at: 162, "standbys after them")
    public static let quorumReplication = Field<UInt8>("quorum_replication", at: 163, "replicas that commit an entry")
    public static let quorumElection = Field<UInt8>("quorum_election", at: 164, "votes that elect a leader")
    public static let virgin = Field<UInt8>("virgin", at: 165, "1 until the replica has taken part, then 0")
    public static let clean = Field<UInt8>("clean", at: 166, "1 after a clean stop, else 0")
    public static let reservedIdentity = 167..<168
    public static let configurationEpoch = Field<UInt64>("configuration_epoch", at: 168, "epoch of the member list")

    public static let ioUnit = Field<UInt32>("io_unit", at: 176, "bytes of a unit of layout and I/O")
    public static let slotCount = Field<UInt32>("slot_count", at: 180, "slots of each ring")
    public static let messageSize = Field<UInt32>("message_size", at: 184, "bytes of the largest entry")
    public static let pipeline = Field<UInt32>("pipeline", at: 188, "most entries being prepared at once")
    public static let checkpointInterval = Field<UInt32>("checkpoint_interval", at: 192, "ops between checkpoints")
    public static let headroom = Field<UInt32>("headroom", at: 196, "ops acknowledged beyond an unfinished checkpoint")
    public static let sessions = Field<UInt32>("sessions", at: 200, "most client sessions")
    public static let blockSize = Field<UInt32>("block_size", at: 204, "bytes of a grid block")
    public static let gridBlocksMax = Field<UInt64>("grid_blocks_max", at: 208, "most blocks in the grid")

    public static let term = Field<UInt64>("term", at: 216, "Raft's current term")
    public static let logTerm = Field<UInt64>("log_term", at: 224, "last term whose leader's entries were accepted")
    public static let commitMax = Field<UInt64>("commit_max", at: 232, "highest op proven committed")
    public static let votedFor = Field<UInt128>("voted_for", at: 240, "member voted for in term, or 0")
    public static let syncOpMin = Field<UInt64>("sync_op_min", at: 256, "first op being synced from a peer, or 0")
    public static let syncOpMax = Field<UInt64>("sync_op_max", at: 264, "last op being synced from a peer, or 0")
    public static let cutOp = Field<UInt64>("cut_op", at: 272, "head of the log when log_term was adopted")
    public static let cutTerm = Field<UInt64>("cut_term", at: 280, "term of that entry")
    public static let cutChecksum = Field<UInt128>("cut_checksum", at: 288, "checksum of its header")
    public static let cleanOp = Field<UInt64>("clean_op", at: 304, "head of the log at the clean stop, or 0")
    public static let cleanTerm = Field<UInt64>("clean_term", at: 312, "term of that entry, or 0")
    public static let cleanChecksum = Field<UInt128>("clean_checksum", at: 320, "checksum of its header, or 0")
    public static let suffixCount = Field<UInt32>("suffix_count", at: 336, "suffix headers in use, 0 to 32")
    public static let reservedState = 340..<512
    public static let members = 512
    public static let reservedMembers = 768..<1024
    public static let checkpoint = 1024
    public static let reservedCheckpoint = 1536..<8192
    public static let suffix = 8192

    /// The table of the manual's section on the superblock.
    public static var rows: [FieldRow] {
      [
        checksum.row, copy.row, magic.row, formatVersion.row, checksumAlgorithm.row, kind.row,
        .reserved(reservedPrefix),
        featuresIncompatible.row, featuresReadOnly.row, featuresCompatible.row, cluster.row, member.row, fileID.row,
        lineage.row, parent.row, sequence.row, releaseFormat.row, release.row, replica.row, voterCount.row,
        standbyCount.row, quorumReplication.row, quorumElection.row, virgin.row, clean.row, .reserved(reservedIdentity),
        configurationEpoch.row, ioUnit.row, slotCount.row, messageSize.row, pipeline.row, checkpointInterval.row,
        headroom.row, sessions.row, blockSize.row, gridBlocksMax.row, term.row, logTerm.row, commitMax.row,
        votedFor.row,
        syncOpMin.row, syncOpMax.row, cutOp.row, cutTerm.row, cutChecksum.row, cleanOp.row, cleanTerm.row,
        cleanChecksum.row, suffixCount.row, .reserved(reservedState),
        FieldRow(name: "members", offset: members, size: 256, meaning: "16 member ids of 16 bytes; unused ones 0"),
        .reserved(reservedMembers),
        FieldRow(name: "checkpoint", offset: checkpoint, size: CheckpointState.byteCount, meaning: "checkpoint state"),
        .reserved(reservedCheckpoint),
        FieldRow(
          name: "suffix", offset: suffix, size: suffixLimit * PrepareHeader.byteCount,
          meaning: "32 prepare headers, oldest first; unused ones all zero"),
      ]
    }
  }
}
