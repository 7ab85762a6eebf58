internal import MKraftFormat
internal import MKraftStorage

/// Checksums: a node is sealed when it leaves memory, and whoever refers to it learns what it must be.
extension Tree {
  /// Seals everything that is only in memory, from the leaves up: the tree as it is becomes what a checkpoint refers to.
  mutating func sealAll() {
    let nodes = grid.modifiedFrames.compactMap { frame in level(of: frame).map { (level: $0, frame: frame) } }
    for node in nodes.sorted(by: { ($0.level, grid.address($0.frame)) < ($1.level, grid.address($1.frame)) }) {
      seal(node.frame)
    }
  }

  /// The next block to be written before its checkpoint, if so much is only in memory that some of it has to be.
  mutating func nextEarlyWrite() -> GridTransfer? {
    guard grid.modifiedCount > grid.modifiedMax, grid.canWriteEarly else { return nil }
    // Children first: a node is written with the checksums of what is below it, and must be here when those change.
    var tries = grid.modifiedCount
    while tries > 0, let frame = grid.oldestModified {
      guard hasModifiedChild(frame) else {
        if level(of: frame) != nil { seal(frame) }
        return grid.writeEarly(frame)
      }
      grid.putOff(frame)
      tries -= 1
    }
    return nil
  }

  private func hasModifiedChild(_ frame: Int) -> Bool {
    guard let level = level(of: frame), level > 0 else { return false }
    let buffer = node(frame)
    let node = TreeNodeView(validated: buffer.bytes)
    return (0..<node.count).contains { index in
      grid.cachedFrame(address: node.child(index).address).map(grid.isModified) ?? false
    }
  }

  private mutating func seal(_ frame: Int) {
    let buffer = node(frame)
    let node = TreeNodeView(validated: buffer.bytes)
    let type: BlockHeader.BlockType = node.level == 0 ? .treeLeaf : .treeInner
    let checksum = grid.seal(frame, type: type, size: node.size)
    let reference = BlockReference(checksum: checksum, address: grid.address(frame))
    let parent = grid.parent(frame)
    guard parent >= 0 else {
      precondition(root.address == reference.address, "only the root has nothing above it")
      return setRoot(reference, height: height)
    }
    precondition(grid.isModified(parent), "a node whose child has changed is not on disk")
    TreeNodeEdit(self.node(parent)).setChild(index(of: frame, in: parent), reference)
  }

  /// The level of a node; nil for a block of a value, which was sealed when it was made.
  private func level(of frame: Int) -> Int? {
    let buffer = node(frame)
    guard buffer.bytes.load(BlockHeader.Layout.type) != BlockHeader.BlockType.treeValue.rawValue else { return nil }
    return TreeNodeView(validated: buffer.bytes).level
  }

  /// Which child of `parent` the node is: found by a key of its own, or by its address if it has none.
  private func index(of frame: Int, in parent: Int) -> Int {
    let (childBuffer, parentBuffer) = (node(frame), node(parent))
    let child = TreeNodeView(validated: childBuffer.bytes)
    let above = TreeNodeView(validated: parentBuffer.bytes)
    let address = grid.address(frame)
    let own = child.level == 0 ? 0 : 1
    if own < child.count {
      let index = above.childIndex(of: child.key(own))
      if above.child(index).address == address { return index }
    }
    guard let index = (0..<above.count).first(where: { above.child($0).address == address }) else {
      preconditionFailure("the node above refers to its child")
    }
    return index
  }
}
