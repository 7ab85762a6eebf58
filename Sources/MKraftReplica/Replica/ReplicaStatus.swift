public import MKraftFormat

/// A replica's state as others may know it.
public struct ReplicaStatus: Sendable, Equatable {
  /// The term that is durable.
  public let term: UInt64
  public let role: Role
  /// Index of the leader, if it is known.
  public let leader: Int?
  public let head: UInt64
  public let commit: UInt64
  public let checkpoint: UInt64
  public let isReady: Bool
  public let cluster: UInt128
  public let member: UInt128
  public let replica: Int
  public let geometry: Geometry
  /// Superblock copies that could not be written: at most one, or the replica halts.
  public let unwritableCopies: [Int]
  public let superblockUpdates: UInt64
  /// Checkpoints taken since the start.
  public let checkpoints: UInt64
  public let headerWrites: UInt64
  public let entriesBegun: UInt64
}
