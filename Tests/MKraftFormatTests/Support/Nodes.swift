import MKraftFormat

/// An entry of a node, as bytes; its fields may be anything.
struct NodeEntry: Equatable {
  var key: [UInt8]
  var form: UInt8
  var valueSize: Int
  var payload: [UInt8]

  static func inline(_ key: [UInt8], _ value: [UInt8]) -> NodeEntry {
    NodeEntry(key: key, form: 0, valueSize: value.count, payload: value)
  }

  static func blocks(_ key: [UInt8], valueSize: Int, _ references: [BlockReference]) -> NodeEntry {
    NodeEntry(key: key, form: 1, valueSize: valueSize, payload: references.flatMap(bytes))
  }

  static func child(_ key: [UInt8], _ reference: BlockReference) -> NodeEntry {
    NodeEntry(key: key, form: 2, valueSize: 32, payload: bytes(of: reference))
  }
}

private func bytes(of reference: BlockReference) -> [UInt8] {
  var image = [UInt8](repeating: 0, count: 32)
  image.put(reference.checksum, at: 0)
  image.put(reference.address, at: 16)
  image.put(reference.extent, at: 24)
  return image
}

/// A node's block, put together from the manual's description and not by the code under test, but for the header.
struct NodeImage {
  var level: UInt32 = 0
  var entries: [NodeEntry]
  var blockSize = 16384
  /// By the level, unless it is named.
  var type: BlockHeader.BlockType?

  /// Bytes of header and contents.
  var size: Int { 264 + entries.reduce(0) { $0 + 12 + $1.key.count + $1.payload.count } }

  /// Where an entry begins in the block.
  func start(_ index: Int) -> Int {
    264 + 4 * entries.count + entries[..<index].reduce(0) { $0 + 8 + $1.key.count + $1.payload.count }
  }

  var header: BlockHeader {
    var header = BlockHeader()
    header.cluster = 0xC1
    header.address = 7
    header.birth = 3
    header.size = UInt32(size)
    header.type = type ?? (level == 0 ? .treeLeaf : .treeInner)
    return header
  }

  /// The whole block, sealed.
  var bytes: [UInt8] {
    var block = [UInt8](repeating: 0, count: blockSize)
    block.put(level, at: 256)
    block.put(UInt32(entries.count), at: 260)
    var end: UInt32 = 0
    for (index, entry) in entries.enumerated() {
      let content = head(entry) + entry.key + entry.payload
      block.replaceSubrange(start(index)..<start(index) + content.count, with: content)
      end += UInt32(content.count)
      block.put(end, at: 264 + 4 * index)
    }
    return sealed(block, header)
  }

  private func head(_ entry: NodeEntry) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: 8)
    head.put(UInt16(entry.key.count), at: 0)
    head[2] = entry.form
    head.put(UInt32(entry.valueSize), at: 4)
    return head
  }
}

/// `block` with `header` in front, sealed over what stands there.
func sealed(_ block: [UInt8], _ header: BlockHeader) -> [UInt8] {
  var (block, header) = (block, header)
  var span = block.mutableSpan
  var raw = unsafe span.mutableBytes
  header.seal(into: &raw)
  return block
}

/// The first invariant that a block breaks as a node, its header included; the block must have a header that decodes.
func brokenInvariant(_ block: [UInt8], level: Int? = nil) throws -> Invariant? {
  let header = try decodeBlock(block)
  return unsafe TreeNode.brokenInvariant(in: block.span.bytes, header, level: level)
}

/// What the view of a sound node shows.
func shown(_ block: [UInt8]) -> NodeImage {
  let view = unsafe TreeNodeView(validated: block.span.bytes)
  let entries = (0..<view.count).map { index in
    NodeEntry(
      key: copy(view.key(index)), form: view.form(index)?.rawValue ?? .max, valueSize: view.valueSize(index),
      payload: copy(view.payload(index)))
  }
  return NodeImage(level: UInt32(view.level), entries: entries, blockSize: block.count)
}

func copy(_ span: RawSpan) -> [UInt8] { (0..<span.byteCount).map { span.load(fromByteOffset: $0) } }
