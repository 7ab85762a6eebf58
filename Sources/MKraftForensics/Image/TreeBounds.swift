internal import MKraftFormat
internal import MKraftStorage

/// Between which keys the nodes of a checkpoint's tree must lie, as `Verification` sees it: for the blocks of a window of the grid,
/// which moves on as blocks are asked for in order of address.
final class TreeBounds {
  let superblock: Superblock
  private let storage: any Storage
  private let ground: GridGround
  private var window: LeafWindow
  /// Inner nodes whose keys lie outside.
  private var outside: Set<UInt64> = []
  /// Of the blocks of values that leaves refer to, less those that are there: 0 if all are, but by a rare accident.
  private var missingValues: UInt64 = 0
  private var hasDamage = false

  var geometry: Geometry { superblock.geometry }
  /// The checkpoint's table of sessions; empty if it cannot be read.
  var sessions: [SessionRecord] { ground.parts.sessions ?? [] }

  init(_ storage: any Storage, _ superblock: Superblock) {
    self.storage = storage
    self.superblock = superblock
    ground = GridGround(superblock, CheckpointReader(storage, superblock).parts())
    window = LeafWindow(from: 1, byteCountMax: LeafWindow.byteCountMax)
    fill()
  }

  /// Whether a node's keys lie where the node above says; true of one that no node refers to.
  func liesWithin(_ node: borrowing TreeNodeView, _ address: UInt64) -> Bool {
    if node.level > 0 { return !outside.contains(address) }
    while address > window.addresses.upperBound {
      window = LeafWindow(from: window.addresses.upperBound + 1, byteCountMax: LeafWindow.byteCountMax)
      fill()
    }
    guard let leaf = window.leaf(at: address) else { return true }
    let (lower, upper) = (Array(window.lower(leaf)), Array(window.upper(leaf)))
    return TreeNode.liesWithin(node, lower: lower.rawSpan, upper: upper.rawSpan)
  }

  // MARK: Whether a value may be damaged

  /// Whether any block of the tree is not what refers to it, as far as the blocks passed by show; true also in some files that only
  /// have others wrong.
  var mayLackValues: Bool { hasDamage || missingValues != 0 }

  /// A block that is not right by itself, or not at its place.
  func noteDamage(_ address: UInt64) {
    switch ground.use(of: address) {
    case .tree, .unknown: hasDamage = true
    case .free, .released, .trailer: return
    }
  }

  func noteValue(_ header: BlockHeader) {
    guard ground.use(of: header.address) == .tree else { return }
    missingValues &-= TreeBounds.mark(BlockReference(checksum: header.checksum, address: header.address))
  }

  /// A leaf that is right by itself.
  func noteValues(of leaf: borrowing TreeNodeView, _ address: UInt64) {
    guard ground.use(of: address) == .tree else { return }
    for index in 0..<leaf.count where leaf.form(index) == .blocks {
      for part in 0..<leaf.payload(index).byteCount / BlockReference.byteCount {
        missingValues &+= TreeBounds.mark(leaf.valueBlock(index, part))
      }
    }
  }

  private static func mark(_ block: BlockReference) -> UInt64 {
    UInt64(truncatingIfNeeded: block.checksum) ^ (block.address &* 0x9E37_79B9_7F4A_7C15)
  }

  private func fill() {
    var window = window
    var walk = TreeWalk(storage, ground)
    walk.run { window.add($0, by: $1, $2, $3) }
    window.finish()
    self.window = window
    for fault in walk.faults {
      if case .violates(.treeNodeBounds, let address) = fault.fault { outside.insert(address) }
    }
  }
}
