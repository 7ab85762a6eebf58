/// The state on disk that the log continues from (rules R7 and R19).
public struct CheckpointState: Sendable, BitwiseCopyable {
  /// Checksum of the enumerated, replica-independent part of this state. Set by `seal()`.
  public var id: UInt128 = 0
  /// Bytes of the file up to the end of the grid's last block; not part of the id.
  public var storageSize: UInt64 = 0
  /// Id of the checkpoint before this one; 0 for the first.
  public var parentID: UInt128 = 0
  /// Release that wrote the checkpoint.
  public var release: UInt32 = 0
  /// Levels of the tree; 0 when it is empty.
  public var treeHeight: UInt32 = 0
  /// Pairs in the tree.
  public var pairCount: UInt64 = 0
  /// Blocks of the tree by what they hold.
  public var leafCount: UInt64 = 0
  public var innerCount: UInt64 = 0
  public var valueBlockCount: UInt64 = 0
  public var treeRoot = BlockReference.none
  /// Blocks in use, and blocks to become free, as sets (rule R18).
  public var acquired = BlockReference.none
  public var released = BlockReference.none
  /// The table of client sessions.
  public var sessions = BlockReference.none
  /// Header of the checkpoint's op.
  public var header = PrepareHeader()

  public init() {}

  public var op: UInt64 { header.op }

  /// Blocks that are reachable from the root of the tree.
  public var reachableCount: UInt64 { leafCount &+ innerCount &+ valueBlockCount }

  /// Whether it holds nothing: the state of a file that has never taken a checkpoint.
  public var isEmpty: Bool {
    op == 0 && treeHeight == 0 && pairCount == 0 && leafCount == 0 && innerCount == 0 && valueBlockCount == 0
      && treeRoot == .none && acquired == .none && released == .none && sessions == .none
  }

  /// The state of a freshly formatted file: nothing at op 0.
  public static func genesis(cluster: UInt128, geometry: Geometry) -> CheckpointState {
    var state = CheckpointState()
    state.header = PrepareHeader.root(cluster: cluster)
    state.storageSize = geometry.fileSizeAtFormat
    state.release = FormatVersion.release
    state.seal()
    return state
  }

  /// Computes the id over all that it covers.
  public mutating func seal() { id = computedID }

  /// The checksum of the enumerated state, as bytes 32 to 511 of the section hold it.
  public var computedID: UInt128 {
    var image = InlineArray<512, UInt8>(repeating: 0)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    encode(into: &bytes, at: 0)
    return Checksum.of(bytes.bytes.extracting(Layout.covered), as: .checkpoint)
  }
}
