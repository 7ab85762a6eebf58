internal import MKraftFormat

/// The sets of blocks at a checkpoint, as its trailers hold them (rule R18).
public struct CheckpointSets: Sendable, Equatable {
  /// Op of the checkpoint.
  public var op: UInt64
  public var acquired: BlockSet
  public var released: BlockSet
  /// The blocks that the sets and the sessions themselves are stored in.
  public var trailers: [UInt64]

  /// Release that wrote the checkpoint.
  public var release: UInt32

  public init(op: UInt64, release: UInt32, acquired: BlockSet, released: BlockSet, trailers: [UInt64]) {
    self.op = op
    self.release = release
    self.acquired = acquired
    self.released = released
    self.trailers = trailers
  }

  /// Before the first checkpoint: no block is in use.
  public static let none = CheckpointSets(
    op: 0, release: FormatVersion.release, acquired: BlockSet(), released: BlockSet(), trailers: [])
}
