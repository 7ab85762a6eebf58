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
