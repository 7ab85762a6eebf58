internal import MKraftFormat
internal import MKraftStorage

/// How nodes that are full become two.
extension Tree {
  /// Sees to it that the path's leaf has room for an entry at `index`; returns the leaf and the place that are the entry's.
  mutating func makeSpace(for key: RawSpan, at index: Int, payloadSize: Int) -> (frame: Int, index: Int) {
    let frame = leaf
    let space = TreeNode.entrySpace(keySize: key.byteCount, payloadSize: payloadSize)
    guard TreeNodeEdit(node(frame)).room < space else { return (frame, index) }
    let position = splitPosition(depth: path.count - 1, inserting: space, at: index)
    let separator = separator(frame, at: position, inserting: key, at: index)
    let right = grid.acquire()
    TreeNodeEdit(node(right)).begin(level: 0)
    count(leaves: 1)
    let goesLeft = index < position
    TreeNodeEdit(node(frame)).moveEntries(from: goesLeft ? position - 1 : position, to: TreeNodeEdit(node(right)))
    insertChild(right, key: separator, depth: path.count - 2)
    return goesLeft ? (frame, index) : (right, index - position)
  }

  /// How many entries of the path's node at `depth` go left, the new one counted. One behind all others of the tree goes right alone,
  /// so that keys that come in order fill their nodes; otherwise each side gets about half of the bytes. Behind all others of its
  /// node is not enough: keys that come in falling order, each just behind the same full leaf, would get a leaf each, and a batch
  /// more blocks than were reserved for it (rule R17).
  private func splitPosition(depth: Int, inserting space: Int, at index: Int) -> Int {
    let buffer = node(path[depth].frame)
    let node = TreeNodeView(validated: buffer.bytes)
    guard index < node.count || !upperBound.isEmpty else { return index }
    let half = (node.size - TreeNode.Layout.ends + space) / 2
    var left = 0
    for position in 0...node.count {
      if left >= half { return min(max(position, 1), node.count) }
      if position == index {
        left += space
      } else {
        let entry = position < index ? position : position - 1
        left += node.start(of: entry + 1) - node.start(of: entry) + 4
      }
    }
    return node.count
  }

  /// The shortest key that is above the last key of the left leaf and not above the first of the right one.
  private func separator(_ frame: Int, at position: Int, inserting key: RawSpan, at index: Int) -> [UInt8] {
    let buffer = node(frame)
    let node = TreeNodeView(validated: buffer.bytes)
    let last = index == position - 1 ? key : node.key(index < position ? position - 2 : position - 1)
    let first = index == position ? key : node.key(index < position ? position - 1 : position)
    var common = 0
    let shorter = min(last.byteCount, first.byteCount)
    while common < shorter,
      last.load(fromByteOffset: common, as: UInt8.self) == first.load(fromByteOffset: common, as: UInt8.self)
    { common += 1 }
    return [UInt8](copying: first.extracting(0..<common + 1))
  }

  /// Puts a new node beside the path's node below `depth`; above the root a new root is made.
  private mutating func insertChild(_ child: Int, key: [UInt8], depth: Int) {
    guard depth >= 0 else { return growRoot(left: path[0].frame, key: key, right: child) }
    let (frame, index) = (path[depth].frame, path[depth].index + 1)
    let space = TreeNode.entrySpace(keySize: key.count, payloadSize: BlockReference.byteCount)
    guard TreeNodeEdit(node(frame)).room < space else { return link(child, key: key, into: frame, at: index) }
    splitInner(depth: depth, inserting: child, key: key, at: index, space)
  }

  private mutating func splitInner(depth: Int, inserting child: Int, key: [UInt8], at index: Int, _ space: Int) {
    let frame = path[depth].frame
    let position = splitPosition(depth: depth, inserting: space, at: index)
    let goesLeft = index < position
    let boundary = goesLeft ? position - 1 : position
    let buffer = node(frame)
    let rising = index == position ? key : [UInt8](copying: TreeNodeView(validated: buffer.bytes).key(boundary))
    let right = grid.acquire()
    let rightEdit = TreeNodeEdit(node(right))
    rightEdit.begin(level: TreeNodeView(validated: buffer.bytes).level)
    count(inners: 1)
    TreeNodeEdit(buffer).moveEntries(from: boundary, to: rightEdit)
    adoptChildren(of: right)
    if index == position {
      link(child, key: [], into: right, at: 0)
    } else {
      rightEdit.makeFirstKeyEmpty()
      link(child, key: key, into: goesLeft ? frame : right, at: goesLeft ? index : index - position)
    }
    insertChild(right, key: rising, depth: depth - 1)
  }

  private func link(_ child: Int, key: [UInt8], into frame: Int, at index: Int) {
    TreeNodeEdit(node(frame)).insertChild(at: index, key: key.rawSpan, address: grid.address(child))
    grid.setParent(child, frame)
  }

  private mutating func growRoot(left: Int, key: [UInt8], right: Int) {
    let frame = grid.acquire()
    TreeNodeEdit(node(frame)).begin(level: height)
    count(inners: 1)
    link(left, key: [], into: frame, at: 0)
    link(right, key: key, into: frame, at: 1)
    grid.setParent(frame, -1)
    setRoot(BlockReference(address: grid.address(frame)), height: height + 1)
  }

  /// Children in the cache learn of the node that is above them now.
  private func adoptChildren(of frame: Int) {
    let buffer = node(frame)
    let node = TreeNodeView(validated: buffer.bytes)
    for index in 0..<node.count {
      if let child = grid.cachedFrame(address: node.child(index).address) { grid.setParent(child, frame) }
    }
  }

  // MARK: Nodes that became empty

  /// Drops the path's leaf if it is empty, nodes above that become empty with it, and roots with one child.
  mutating func dropIfEmpty() {
    var depth = path.count - 1
    guard entryCount(path[depth].frame) == 0 else { return }
    while true {
      grid.release(grid.address(path[depth].frame))
      if depth == path.count - 1 { count(leaves: -1) } else { count(inners: -1) }
      guard depth > 0 else { return setRoot(.none, height: 0) }
      depth -= 1
      let edit = TreeNodeEdit(node(path[depth].frame))
      edit.remove(at: path[depth].index)
      guard entryCount(path[depth].frame) == 0 else {
        edit.makeFirstKeyEmpty()
        break
      }
    }
    dropRoots(pathEnd: depth)
  }

  /// A root with one child gives way to it. Whether that in turn has one child is looked at only on the path, so that the outcome
  /// does not depend on what is in the cache.
  private mutating func dropRoots(pathEnd: Int) {
    for depth in 0...pathEnd {
      let frame = path[depth].frame
      guard entryCount(frame) == 1 else { return }
      let buffer = node(frame)
      let child = TreeNodeView(validated: buffer.bytes).child(0)
      grid.release(grid.address(frame))
      count(inners: -1)
      setRoot(child, height: height - 1)
      if let below = grid.cachedFrame(address: child.address) { grid.setParent(below, -1) }
      guard depth < pathEnd, grid.address(path[depth + 1].frame) == child.address else { return }
    }
  }

  private func entryCount(_ frame: Int) -> Int {
    let buffer = node(frame)
    return TreeNodeView(validated: buffer.bytes).count
  }
}
