extension TreeNode {
  /// Checks the contents of a block whose header was verified, so that a `TreeNodeView` of it reads nothing outside.
  ///
  /// - Parameters:
  ///   - bytes: the whole block.
  ///   - level: the node's level, by its place in the tree; nil if that is not known.
  /// - Returns: the first invariant that is broken.
  public static func brokenInvariant(in bytes: RawSpan, _ header: BlockHeader, level: Int?) -> Invariant? {
    let size = Int(header.size)
    guard size >= Layout.ends else { return .treeNodeShape }
    let found = bytes.load(Layout.level)
    guard level == nil || UInt32(clamping: level ?? 0) == found else { return .treeNodeShape }
    if let recorded = RecordedAnswers.node(in: bytes, checksum: header.checksum, address: header.address) {
      return recorded.broken
    }
    guard (found == 0) == (header.type == .treeLeaf), found == 0 || header.type == .treeInner else {
      return .treeNodeShape
    }
    let count = Int(bytes.load(Layout.count))
    guard count > 0, count <= (size - Layout.ends) / entrySpace(keySize: 0, payloadSize: 0) else {
      return .treeNodeShape
    }
    return brokenEntry(in: bytes, size: size, count: count, isLeaf: found == 0)
  }

  private static func brokenEntry(in bytes: RawSpan, size: Int, count: Int, isLeaf: Bool) -> Invariant? {
    let first = Layout.ends + 4 * count
    var start = first
    var before = start..<start
    for index in 0..<count {
      let end = first + Int(bytes.load(fromByteOffset: Layout.ends + 4 * index, as: UInt32.self))
      guard end >= start + EntryLayout.byteCount, end <= size else { return .treeNodeShape }
      let keySize = Int(bytes.load(EntryLayout.keySize, base: start))
      let key = start + EntryLayout.byteCount..<start + EntryLayout.byteCount + keySize
      guard keySize <= KeyValueBatch.keySizeMax, key.upperBound <= end,
        isPayload(bytes, head: start, payload: key.upperBound..<end, keySize: keySize, isLeaf: isLeaf)
      else { return .treeNodeEntry }
      guard (keySize == 0) == (index == 0 && !isLeaf) else { return .treeNodeOrder }
      if index > 0, KeyValueKeyOrder(bytes.extracting(before), bytes.extracting(key)) != .before {
        return .treeNodeOrder
      }
      (start, before) = (end, key)
    }
    return start == size ? nil : .treeNodeShape
  }

  private static func isPayload(_ bytes: RawSpan, head: Int, payload: Range<Int>, keySize: Int, isLeaf: Bool) -> Bool {
    guard bytes.isZero(head + EntryLayout.reserved.lowerBound..<head + EntryLayout.reserved.upperBound) else {
      return false
    }
    let valueSize = Int(bytes.load(EntryLayout.valueSize, base: head))
    guard valueSize <= PrepareHeader.sizeLimit else { return false }
    let isInline = isInline(keySize: keySize, valueSize: valueSize, blockSize: bytes.byteCount)
    switch Form(rawValue: bytes.load(EntryLayout.form, base: head)) {
    case .inline: return isLeaf && isInline && payload.count == valueSize
    case .blocks: return isLeaf && !isInline && areValueBlocks(bytes, payload, valueSize: valueSize)
    case .child:
      guard !isLeaf, valueSize == BlockReference.byteCount, payload.count == valueSize else { return false }
      let reference = BlockReference(decoding: bytes, at: payload.lowerBound)
      return reference.address != 0 && reference.extent == 0
    case nil: return false
    }
  }

  private static func areValueBlocks(_ bytes: RawSpan, _ payload: Range<Int>, valueSize: Int) -> Bool {
    let count = valueBlockCount(valueSize: valueSize, blockSize: bytes.byteCount)
    guard payload.count == count * BlockReference.byteCount else { return false }
    var left = valueSize
    for block in 0..<count {
      let reference = BlockReference(decoding: bytes, at: payload.lowerBound + block * BlockReference.byteCount)
      let extent = min(left, bytes.byteCount - BlockHeader.byteCount)
      guard reference.address != 0, reference.extent == UInt64(extent) else { return false }
      for earlier in 0..<block {
        let other = BlockReference(decoding: bytes, at: payload.lowerBound + earlier * BlockReference.byteCount)
        guard other.address != reference.address else { return false }
      }
      left -= extent
    }
    return left == 0
  }

  /// Whether the node's keys lie at or above `lower` and below `upper`; an empty `upper` bounds nothing. Of an inner node the
  /// first key is empty and bounds nothing.
  public static func liesWithin(_ node: borrowing TreeNodeView, lower: RawSpan, upper: RawSpan) -> Bool {
    let first = node.level == 0 ? 0 : 1
    guard first < node.count else { return true }
    let bytes = node.bytes
    let (checksum, address) = (bytes.load(BlockHeader.Layout.checksum), bytes.load(BlockHeader.Layout.address))
    if let recorded = RecordedAnswers.node(in: bytes, checksum: checksum, address: address) {
      return recorded.liesWithin
    }
    guard KeyValueKeyOrder(node.key(first), lower) != .before else { return false }
    return upper.byteCount == 0 || KeyValueKeyOrder(node.key(node.count - 1), upper) == .before
  }
}
