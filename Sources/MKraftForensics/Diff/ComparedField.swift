internal import MKraftFormat

/// A field of the superblocks that are compared, with its value in each file.
public struct ComparedField: Sendable, Equatable {
  /// What it means when the values differ.
  public enum Weight: String, Sendable, CaseIterable {
    /// They are replicas of different clusters.
    case cluster
    /// Replicas of one cluster have it in common: something is wrong, or one of them was formatted otherwise.
    case common
    /// It tells how far each replica is.
    case progress
    /// Each replica has its own.
    case own
  }

  public let name: String
  public let weight: Weight
  /// In the order of the files; nil of a file without a usable superblock.
  public let values: [String?]

  /// Whether two files have different values.
  public var differs: Bool { Set(values.compactMap { $0 }).count > 1 }

  /// All fields that are compared.
  static func of(_ superblocks: [Superblock?]) -> [ComparedField] {
    table.map { row in ComparedField(name: row.name, weight: row.weight, values: superblocks.map { $0.map(row.value) })
    }
  }

  private struct Row: Sendable {
    let name: String
    let weight: Weight
    let value: @Sendable (Superblock) -> String

    init(_ name: String, _ weight: Weight, _ value: @escaping @Sendable (Superblock) -> String) {
      self.name = name
      self.weight = weight
      self.value = value
    }
  }

  private static let table: [Row] = [
    Row("cluster", .cluster) { $0.cluster.hex },
    Row("members", .common) { superblock in
      (0..<min(superblock.members.count, MemberList.limit)).map { superblock.members[$0].hex }.joined(separator: " ")
    },
    Row("quorum_replication", .common) { String($0.quorums.replication) },
    Row("quorum_election", .common) { String($0.quorums.election) },
    Row("configuration_epoch", .progress) { String($0.configurationEpoch) },
    Row("io_unit", .common) { String($0.geometry.ioUnit) },
    Row("slot_count", .common) { String($0.geometry.slotCount) },
    Row("message_size", .common) { String($0.geometry.messageSize) },
    Row("pipeline", .common) { String($0.geometry.pipeline) },
    Row("checkpoint_interval", .common) { String($0.geometry.checkpointInterval) },
    Row("headroom", .common) { String($0.geometry.headroom) },
    Row("sessions", .common) { String($0.geometry.sessions) },
    Row("block_size", .common) { String($0.geometry.blockSize) },
    Row("grid_blocks_max", .common) { String($0.geometry.gridBlocksMax) },
    Row("replica", .own) { String($0.replica) },
    Row("member", .own) { $0.member.hex },
    Row("file_id", .own) { $0.fileID.hex },
    Row("lineage", .own) { $0.lineage.hex },
    Row("sequence", .own) { String($0.sequence) },
    Row("virgin", .own) { String($0.isVirgin) },
    Row("clean", .own) { String($0.clean != nil) },
    Row("term", .own) { String($0.term) },
    Row("voted_for", .own) { $0.votedFor.hex },
    Row("log_term", .own) { String($0.logTerm) },
    Row("commit_max", .own) { String($0.commitMax) },
    Row("checkpoint_op", .progress) { String($0.checkpoint.op) },
    Row("checkpoint_id", .progress) { $0.checkpoint.id.hex },
  ]
}
