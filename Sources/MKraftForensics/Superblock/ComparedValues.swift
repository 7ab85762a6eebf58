internal import MKraftFormat

/// A value that an invariant of the superblock speaks of.
public struct ComparedValue: Sendable, Equatable {
  /// The field's name, or that of what was computed.
  public let name: String
  public let value: FieldValue
  /// Bytes of the field; of what was computed, as many as it takes.
  public let size: Int
}

extension Invariant {
  /// The fields that it compares, by name: the table behind the values that are shown beside an invariant.
  var comparedFields: [String] {
    switch self {
    case .superblockSequence: ["sequence"]
    case .superblockNumbers: ["sequence", "term", "commit_max", "cut_op", "clean_op", "sync_op_max"]
    case .superblockParent: ["sequence", "parent"]
    case .superblockFlags: ["virgin", "clean"]
    case .superblockSuffix: ["suffix_count"]
    case .superblockCheckpointHeader: ["checkpoint_header.kind", "checkpoint_header.cluster", "cluster"]
    case .superblockCheckpointID: ["checkpoint_id"]
    case .commitMaxAtLeastCheckpoint: ["commit_max", "checkpoint_header.op"]
    case .logTermAtMostTerm: ["log_term", "term"]
    case .logTermCoversLog: ["cut_term", "clean_term", "checkpoint_header.term", "log_term"]
    case .cutChecksum: ["cut_checksum", "suffix_count"]
    case .cleanHead: ["clean", "clean_op", "cut_op", "clean_term", "clean_checksum"]
    case .syncRange: ["sync_op_min", "sync_op_max"]
    case .storageSize: ["storage_size", "block_size", "grid_blocks_max"]
    case .superblockReferences:
      ["tree_root.address", "acquired.address", "released.address", "sessions.address", "storage_size"]
    case .identityNotZero: ["cluster", "file_id"]
    case .replicaIndex: ["replica", "replica_count", "standby_count", "member"]
    case .memberList: ["replica_count", "standby_count"]
    case .votedForMember: ["voted_for", "configuration_epoch"]
    case .quorumRange, .quorumsIntersect: ["quorum_replication", "quorum_election", "replica_count"]
    case .electionQuorumsIntersect: ["quorum_election", "replica_count"]
    case .geometryIOUnit: ["io_unit"]
    case .geometrySlotCount: ["slot_count", "io_unit"]
    case .geometryMessageSize: ["message_size", "io_unit"]
    case .geometryPipeline: ["pipeline"]
    case .geometryHeadroom: ["headroom"]
    case .geometryInterval: ["checkpoint_interval", "headroom", "pipeline", "slot_count"]
    case .geometrySessions: ["sessions"]
    case .geometryBlockSize: ["block_size", "io_unit"]
    case .geometryGridBlocks: ["grid_blocks_max", "block_size", "sessions"]
    // Of reserved bytes the fields themselves say which are not zero; the others are not of the superblock.
    default: []
    }
  }

  /// By name; made once, for every invariant asks.
  private static let fields: [String: SuperblockField] = Dictionary(
    SuperblockField.all(members: 0, suffix: 0).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// What it compares in these bytes of a superblock: fields, and what is computed from others.
  func comparedValues(in bytes: RawSpan) -> [ComparedValue] {
    var values: [ComparedValue] = []
    for name in comparedFields {
      guard let field = Invariant.fields[name] else { continue }
      values.append(ComparedValue(name: name, value: field.value(in: bytes), size: field.size))
    }
    values += computed(Superblock(unverified: bytes), bytes)
    return values
  }

  private func computed(_ superblock: Superblock, _ bytes: RawSpan) -> [ComparedValue] {
    func number(_ name: String, _ value: UInt64) -> [ComparedValue] {
      [ComparedValue(name: name, value: .number(value), size: 8)]
    }
    let geometry = superblock.geometry
    switch self {
    case .superblockCheckpointID:
      let base = Superblock.Layout.checkpoint
      let covered = CheckpointState.Layout.covered
      let id = Checksum.of(bytes.extracting(base + covered.lowerBound..<base + covered.upperBound), as: .checkpoint)
      return [ComparedValue(name: "computed_id", value: .identifier(id), size: 16)]
    case .cutChecksum:
      return superblock.suffix.last.map {
        [ComparedValue(name: "last_suffix_checksum", value: .identifier($0.checksum), size: 16)]
      } ?? []
    case .storageSize where geometry.brokenInvariants.isEmpty: return number("grid_offset", geometry.offset(of: .grid))
    case .geometryInterval: return number("longest_interval", UInt64(geometry.longestInterval))
    default: return []
    }
  }
}
