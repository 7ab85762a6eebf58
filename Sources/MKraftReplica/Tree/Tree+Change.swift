internal import MKraftFormat
internal import MKraftStorage

/// Changes to the tree. Everything on the path is in the cache, and there is room for what a change may add.
extension Tree {
  /// Frames that one change may take: copies of the path, as many new nodes and a root, and the blocks of a value.
  static func framesNeeded(_ geometry: Geometry) -> Int {
    2 * Grid.heightMax + TreeNode.valueBlocksMax(geometry)
  }

  /// Blocks that a change of the last path may acquire: copies of nodes of earlier intervals, a split of each level, a new root,
  /// and the value's own.
  func blocksNeeded(keySize: Int, valueSize: Int) -> UInt64 {
    let copies = path.count { !grid.isOfThisInterval($0.frame) }
    let isInline = TreeNode.isInline(keySize: keySize, valueSize: valueSize, blockSize: blockSize)
    let valueBlocks = isInline ? 0 : TreeNode.valueBlockCount(valueSize: valueSize, blockSize: blockSize)
    return UInt64(copies + height + 1 + valueBlocks)
  }

  /// Blocks that the removal of a pair on the last path may acquire.
  func blocksNeededToRemove() -> UInt64 { UInt64(path.count { !grid.isOfThisInterval($0.frame) }) }

  /// Sets the value of a key whose path was found; in an empty tree the path is empty.
  mutating func set(_ key: RawSpan, to value: RawSpan) {
    if height == 0 { plant() }
    preparePath()
    let (index, found) = find(key)
    if found { removeEntry(index) } else { count(pairs: 1) }
    insert(key, value, at: index)
  }

  /// Removes the key, which stands at `index` of the path's leaf.
  mutating func remove(at index: Int) {
    preparePath()
    removeEntry(index)
    count(pairs: -1)
    dropIfEmpty()
  }

  /// The first leaf.
  private mutating func plant() {
    let frame = grid.acquire()
    TreeNodeEdit(node(frame)).begin(level: 0)
    count(leaves: 1)
    setRoot(BlockReference(address: grid.address(frame)), height: 1)
    path = [Step(frame: frame)]
  }

  /// Makes every node of the path one of this interval, to be changed in place.
  private mutating func preparePath() {
    for depth in path.indices {
      let frame = grid.makeMutable(path[depth].frame)
      path[depth].frame = frame
      let reference = BlockReference(address: grid.address(frame))
      guard depth > 0 else {
        grid.setParent(frame, -1)
        setRoot(reference, height: height)
        continue
      }
      grid.setParent(frame, path[depth - 1].frame)
      TreeNodeEdit(node(path[depth - 1].frame)).setChild(path[depth - 1].index, reference)
    }
  }

  // MARK: Values

  /// Takes an entry out of the leaf, and drops the blocks of its value.
  private mutating func removeEntry(_ index: Int) {
    var dropped = 0
    forEachValueBlock(index) { reference in
      grid.release(reference.address)
      dropped += 1
    }
    count(valueBlocks: -dropped)
    TreeNodeEdit(node(leaf)).remove(at: index)
  }

  private mutating func insert(_ key: RawSpan, _ value: RawSpan, at index: Int) {
    let isInline = TreeNode.isInline(keySize: key.byteCount, valueSize: value.byteCount, blockSize: blockSize)
    let blocks = isInline ? 0 : TreeNode.valueBlockCount(valueSize: value.byteCount, blockSize: blockSize)
    let payloadSize = isInline ? value.byteCount : blocks * BlockReference.byteCount
    let (frame, index) = makeSpace(for: key, at: index, payloadSize: payloadSize)
    let payload = TreeNodeEdit(node(frame)).insert(
      at: index, key: key, form: isInline ? .inline : .blocks, valueSize: value.byteCount, payloadSize: payloadSize)
    if isInline {
      node(frame).copy(from: value, at: payload)
    } else {
      write(value, intoBlocksNamedAt: payload, of: frame)
    }
  }

  /// Puts a value into blocks of its own, which are sealed at once: they never change.
  private mutating func write(_ value: RawSpan, intoBlocksNamedAt payload: Int, of frame: Int) {
    let capacity = blockSize - BlockHeader.byteCount
    var done = 0
    var offset = payload
    while done < value.byteCount {
      let part = done..<min(done + capacity, value.byteCount)
      let block = grid.acquire()
      node(block).copy(from: value.extracting(part), at: BlockHeader.byteCount)
      let checksum = grid.seal(block, type: .treeValue, size: BlockHeader.byteCount + part.count)
      let leaf = node(frame)
      var bytes = leaf.mutableBytes
      BlockReference(checksum: checksum, address: grid.address(block), extent: UInt64(part.count))
        .encode(into: &bytes, at: offset)
      offset += BlockReference.byteCount
      done = part.upperBound
      count(valueBlocks: 1)
    }
  }
}
