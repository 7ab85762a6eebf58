/// A node whose block is verified and whose contents were validated: what it holds, without copying.
public struct TreeNodeView: ~Escapable {
  /// The whole block.
  public let bytes: RawSpan

  @_lifetime(copy bytes)
  public init(validated bytes: RawSpan) { self.bytes = bytes }

  public var level: Int { Int(bytes.load(TreeNode.Layout.level)) }
  public var count: Int { Int(bytes.load(TreeNode.Layout.count)) }

  /// Where the first entry begins.
  public var entriesStart: Int { TreeNode.Layout.ends + 4 * count }

  /// Where entry `index` begins in the block; at `count`, where the last one ends.
  public func start(of index: Int) -> Int {
    index == 0 ? entriesStart : entriesStart + Int(bytes.load(fromByteOffset: endOffset(index - 1), as: UInt32.self))
  }

  func endOffset(_ index: Int) -> Int { TreeNode.Layout.ends + 4 * index }

  /// Bytes of the block in use.
  public var size: Int { start(of: count) }

  @_lifetime(copy self)
  public func key(_ index: Int) -> RawSpan {
    let start = start(of: index)
    let size = Int(bytes.load(TreeNode.EntryLayout.keySize, base: start))
    let from = start + TreeNode.EntryLayout.byteCount
    return bytes.extracting(from..<from + size)
  }

  public func form(_ index: Int) -> TreeNode.Form? {
    TreeNode.Form(rawValue: bytes.load(TreeNode.EntryLayout.form, base: start(of: index)))
  }

  public func valueSize(_ index: Int) -> Int {
    Int(bytes.load(TreeNode.EntryLayout.valueSize, base: start(of: index)))
  }

  /// The value, or the references, as the form says.
  @_lifetime(copy self)
  public func payload(_ index: Int) -> RawSpan { bytes.extracting(payloadStart(index)..<start(of: index + 1)) }

  /// Where the payload begins in the block.
  public func payloadStart(_ index: Int) -> Int {
    let start = start(of: index)
    return start + TreeNode.EntryLayout.byteCount + Int(bytes.load(TreeNode.EntryLayout.keySize, base: start))
  }

  /// The child of an inner node.
  public func child(_ index: Int) -> BlockReference { BlockReference(decoding: bytes, at: payloadStart(index)) }

  /// One of the blocks that hold the value.
  public func valueBlock(_ index: Int, _ block: Int) -> BlockReference {
    BlockReference(decoding: bytes, at: payloadStart(index) + block * BlockReference.byteCount)
  }

  /// The index of the key, or of the first key after it.
  public func find(_ key: RawSpan) -> (index: Int, found: Bool) {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      switch KeyValueKeyOrder(self.key(middle), key) {
      case .same: return (middle, true)
      case .before: low = middle + 1
      case .after: high = middle
      }
    }
    return (low, false)
  }

  /// The child that the key belongs to.
  public func childIndex(of key: RawSpan) -> Int {
    let (index, found) = find(key)
    return found ? index : index - 1
  }
}
