/// Which checkpoint the header of an entry above a checkpoint names: the one before the last (rule R19).
public struct CheckpointIDs: Sendable {
  private let op: UInt64
  private let interval: UInt64
  private let parentID: UInt128
  private let id: UInt128

  public init(_ superblock: Superblock) {
    op = superblock.checkpoint.op
    interval = UInt64(superblock.geometry.checkpointInterval)
    parentID = superblock.checkpoint.parentID
    id = superblock.checkpoint.id
  }

  /// What an entry of `op` carries; nil if no entry can have this op, since the checkpoint it would name was not complete.
  public subscript(op: UInt64) -> UInt128? {
    let distance = op &- self.op
    guard op > self.op, distance <= 2 * interval else { return nil }
    return distance <= interval ? parentID : id
  }
}
