internal import MKraftFormat
internal import MKraftStorage

/// The copy-on-write B+tree that holds the key-value state, in blocks of the grid (rule R17; Bayer and McCreight 1972, with
/// values in the leaves only; Comer 1979).
///
///     root (level 2)      | "" | "m" |
///                           |     |
///     inner (level 1)     | "" | "f" |        | "" | "r" |
///                           |     |
///     leaf (level 0)      | a b c d e |       | f g h |
///
/// Its shape and its blocks depend on the sequence of changes alone. Each change is made in two steps (rule R23): `descend` finds
/// the path, naming the first block that is not in the cache; when all are there, the change runs to its end without I/O. A
/// leaf that loses its last pair is dropped; leaves are not merged otherwise.
struct Tree {
  /// Why a step cannot go on.
  enum Obstacle: Error, Equatable {
    /// A block on the way must be read first.
    case needs(BlockReference)
    /// A block's checksum is right, but its contents are not what stands in this place of a tree.
    case damaged(address: UInt64, Invariant)
  }

  struct Step {
    var frame: Int
    /// Of an inner node, the entry whose child is next on the path.
    var index = 0
  }

  let grid: Grid
  /// The root; its checksum is known only when it is sealed. Refers to nothing if the tree is empty.
  private(set) var root = BlockReference.none
  private(set) var height = 0
  private(set) var pairCount: UInt64 = 0
  private(set) var leafCount: UInt64 = 0
  private(set) var innerCount: UInt64 = 0
  private(set) var valueBlockCount: UInt64 = 0
  /// From the root to a leaf, as the last `descend` found it.
  var path: [Step] = []
  /// The key that the leaf's keys are below, if there is a bound.
  private(set) var upperBound: [UInt8] = []

  init(_ grid: Grid, _ checkpoint: CheckpointState) {
    self.grid = grid
    root = checkpoint.treeRoot
    height = Int(checkpoint.treeHeight)
    pairCount = checkpoint.pairCount
    leafCount = checkpoint.leafCount
    innerCount = checkpoint.innerCount
    valueBlockCount = checkpoint.valueBlockCount
    path.reserveCapacity(Grid.heightMax)
  }

  /// Fills in what a checkpoint says of the tree.
  func record(in checkpoint: inout CheckpointState) {
    checkpoint.treeRoot = root
    checkpoint.treeHeight = UInt32(height)
    checkpoint.pairCount = pairCount
    checkpoint.leafCount = leafCount
    checkpoint.innerCount = innerCount
    checkpoint.valueBlockCount = valueBlockCount
  }

  var blockSize: Int { Int(grid.geometry.blockSize) }

  func node(_ frame: Int) -> IOBuffer { grid.bytes(frame) }

  // MARK: Finding

  /// Finds the path to the leaf where `key` is, or would be. The tree must not be empty.
  mutating func descend(to key: RawSpan) throws(Obstacle) {
    precondition(height > 0, "an empty tree has no path")
    guard leafCount > 0, pairCount > 0, innerCount >= UInt64(height - 1) else {
      throw .damaged(address: root.address, .treeCounts)
    }
    path.removeAll(keepingCapacity: true)
    upperBound.removeAll(keepingCapacity: true)
    var reference = root
    var lower: [UInt8] = []
    for level in (0..<height).reversed() {
      guard let frame = grid.frame(of: reference) else {
        guard grid.isReferable(reference.address) else {
          throw .damaged(address: reference.address, .setsDisjoint)
        }
        throw .needs(reference)
      }
      guard grid.holds(reference, in: frame) else { throw .damaged(address: reference.address, .setsDisjoint) }
      if !grid.isValidated(frame) { try validate(frame, level: level, lower: lower) }
      grid.setParent(frame, path.last?.frame ?? -1)
      path.append(Step(frame: frame))
      guard level > 0 else { break }
      let buffer = node(frame)
      let node = TreeNodeView(validated: buffer.bytes)
      let index = node.childIndex(of: key)
      path[path.count - 1].index = index
      if index + 1 < node.count { upperBound = [UInt8](copying: node.key(index + 1)) }
      if index > 0 { lower = [UInt8](copying: node.key(index)) }
      reference = node.child(index)
    }
    // Nodes above leaves were used last: of all that is modified, what is not used for the longest time has nothing modified below.
    for step in path.reversed() { grid.touch(step.frame) }
  }

  private func validate(_ frame: Int, level: Int, lower: [UInt8]) throws(Obstacle) {
    let buffer = node(frame)
    let address = grid.address(frame)
    guard let header = try? BlockHeader(decoding: buffer.bytes) else {
      preconditionFailure("the block was verified when it was read")
    }
    if let broken = TreeNode.brokenInvariant(in: buffer.bytes, header, level: level) {
      throw .damaged(address: address, broken)
    }
    let node = TreeNodeView(validated: buffer.bytes)
    guard TreeNode.liesWithin(node, lower: lower.rawSpan, upper: upperBound.rawSpan) else {
      throw .damaged(address: address, .treeNodeBounds)
    }
    grid.setValidated(frame)
  }

  /// The leaf at the end of the path.
  var leaf: Int { path[path.count - 1].frame }

  /// Where the key stands in the leaf at the end of the path, or would.
  func find(_ key: RawSpan) -> (index: Int, found: Bool) {
    let buffer = node(leaf)
    return TreeNodeView(validated: buffer.bytes).find(key)
  }

  /// What is wrong with the blocks of an entry's value, or with what the checkpoint says of them, as far as they are cached.
  func brokenValue(_ index: Int) -> Obstacle? {
    var blocks: UInt64 = 0
    var broken: Obstacle?
    forEachValueBlock(index) { reference in
      blocks += 1
      guard broken == nil else { return }
      guard grid.isReferable(reference.address) else {
        broken = .damaged(address: reference.address, .setsDisjoint)
        return
      }
      guard let frame = grid.frame(of: reference) else { return }
      guard grid.holds(reference, in: frame) else {
        broken = .damaged(address: reference.address, .setsDisjoint)
        return
      }
      guard !grid.isValidated(frame) else { return }
      let buffer = node(frame)
      let isValue = buffer.bytes.load(BlockHeader.Layout.type) == BlockHeader.BlockType.treeValue.rawValue
      let size = UInt64(buffer.bytes.load(BlockHeader.Layout.size))
      if isValue && size == UInt64(BlockHeader.byteCount) + reference.extent {
        grid.setValidated(frame)
      } else {
        broken = .damaged(address: reference.address, isValue ? .treeNodeEntry : .blockType)
      }
    }
    return broken ?? (blocks > valueBlockCount ? .damaged(address: root.address, .treeCounts) : nil)
  }

  /// Calls `body` with each block of the entry's value; none if the value stands in the leaf.
  func forEachValueBlock(_ index: Int, _ body: (BlockReference) -> Void) {
    let buffer = node(leaf)
    let node = TreeNodeView(validated: buffer.bytes)
    guard node.form(index) == .blocks else { return }
    for block in 0..<node.payload(index).byteCount / BlockReference.byteCount { body(node.valueBlock(index, block)) }
  }

  // MARK: Counting

  mutating func count(pairs: Int = 0, leaves: Int = 0, inners: Int = 0, valueBlocks: Int = 0) {
    func add(_ delta: Int, to count: inout UInt64) { count = UInt64(Int64(count) + Int64(delta)) }
    add(pairs, to: &pairCount)
    add(leaves, to: &leafCount)
    add(inners, to: &innerCount)
    add(valueBlocks, to: &valueBlockCount)
  }

  mutating func setRoot(_ reference: BlockReference, height: Int) {
    precondition((height == 0) == (reference == .none) && height <= Grid.heightMax, "a tree of levels has a root")
    root = reference
    self.height = height
  }
}
