internal import MKraftFormat
internal import MKraftStorage

/// Changes to the contents of a node, in the buffer of its block. Entries stay in order and without gaps between them.
struct TreeNodeEdit {
  let buffer: IOBuffer

  init(_ buffer: IOBuffer) { self.buffer = buffer }

  /// An empty node, to be filled at once.
  func begin(level: Int) {
    var bytes = buffer.mutableBytes
    bytes.store(UInt32(level), TreeNode.Layout.level)
    bytes.store(0, TreeNode.Layout.count)
  }

  /// Bytes that are left for entries.
  var room: Int { buffer.byteCount - TreeNodeView(validated: buffer.bytes).size }

  /// Inserts an entry with the given key, and returns where its payload begins; the caller fills that.
  func insert(at index: Int, key: RawSpan, form: TreeNode.Form, valueSize: Int, payloadSize: Int) -> Int {
    let head = openGap(at: index, TreeNode.EntryLayout.byteCount + key.byteCount + payloadSize)
    var bytes = buffer.mutableBytes
    bytes.zero(head..<head + TreeNode.EntryLayout.byteCount)
    bytes.store(UInt16(key.byteCount), TreeNode.EntryLayout.keySize, base: head)
    bytes.store(form.rawValue, TreeNode.EntryLayout.form, base: head)
    bytes.store(UInt32(valueSize), TreeNode.EntryLayout.valueSize, base: head)
    buffer.copy(from: key, at: head + TreeNode.EntryLayout.byteCount)
    return head + TreeNode.EntryLayout.byteCount + key.byteCount
  }

  /// Inserts the entry of a child.
  func insertChild(at index: Int, key: RawSpan, address: UInt64) {
    let payload = insert(
      at: index, key: key, form: .child, valueSize: BlockReference.byteCount, payloadSize: BlockReference.byteCount)
    var bytes = buffer.mutableBytes
    BlockReference(address: address).encode(into: &bytes, at: payload)
  }

  /// Sets where a child is, and what it must be; a checksum of 0 stands for one that is not known before the child is sealed.
  func setChild(_ index: Int, _ reference: BlockReference) {
    let payload = TreeNodeView(validated: buffer.bytes).payloadStart(index)
    var bytes = buffer.mutableBytes
    reference.encode(into: &bytes, at: payload)
  }

  func remove(at index: Int) {
    let node = TreeNodeView(validated: buffer.bytes)
    let (count, first) = (node.count, node.entriesStart)
    let (start, end, size) = (node.start(of: index), node.start(of: index + 1), node.size)
    // The ends first, for entries move over the last of them: what lies before by one end, what lies behind by the entry as well.
    shiftEnds(from: index + 1, to: count, by: start - end, into: index)
    buffer.copy(from: buffer, range: first..<start, at: first - 4)
    buffer.copy(from: buffer, range: end..<size, at: start - 4)
    setCount(count - 1)
  }

  /// The first entry of an inner node stands for everything below the second: its key becomes empty.
  func makeFirstKeyEmpty() {
    let node = TreeNodeView(validated: buffer.bytes)
    guard node.key(0).byteCount > 0 else { return }
    let child = node.child(0)
    remove(at: 0)
    insertChild(at: 0, key: RawSpan(), address: child.address)
    setChild(0, child)
  }

  /// Moves the entries from `index` on to `other`, an empty node.
  func moveEntries(from index: Int, to other: TreeNodeEdit) {
    let node = TreeNodeView(validated: buffer.bytes)
    let moved = node.count - index
    let (start, size, base) = (node.start(of: index), node.size, node.start(of: index) - node.entriesStart)
    let target = TreeNode.Layout.ends + 4 * moved
    var bytes = other.buffer.mutableBytes
    for entry in 0..<moved {
      let end = node.start(of: index + entry + 1) - node.entriesStart - base
      bytes.store(UInt32(end), toByteOffset: TreeNode.Layout.ends + 4 * entry)
    }
    other.setCount(moved)
    other.buffer.copy(from: buffer, range: start..<size, at: target)
    let kept = node.entriesStart..<start
    buffer.copy(from: buffer, range: kept, at: kept.lowerBound - 4 * moved)
    setCount(index)
  }

  /// Makes room for an entry of `byteCount` bytes, and returns where it begins.
  private func openGap(at index: Int, _ byteCount: Int) -> Int {
    let node = TreeNodeView(validated: buffer.bytes)
    let (count, first) = (node.count, node.entriesStart)
    let (start, size) = (node.start(of: index), node.size)
    precondition(size + 4 + byteCount <= buffer.byteCount, "an entry is inserted where there is room for it")
    buffer.copy(from: buffer, range: start..<size, at: start + 4 + byteCount)
    buffer.copy(from: buffer, range: first..<start, at: first + 4)
    shiftEnds(from: index, to: count, by: byteCount, into: index + 1)
    var bytes = buffer.mutableBytes
    bytes.store(UInt32(start - first + byteCount), toByteOffset: TreeNode.Layout.ends + 4 * index)
    setCount(count + 1)
    return start + 4
  }

  /// Moves the ends of some entries to those of others, changed by `delta`.
  private func shiftEnds(from: Int, to: Int, by delta: Int, into target: Int) {
    var bytes = buffer.mutableBytes
    for step in 0..<max(0, to - from) {
      // Whatever direction they move in, none is overwritten before it has moved.
      let index = target > from ? to - 1 - step : from + step
      let end: UInt32 = bytes.bytes.load(fromByteOffset: TreeNode.Layout.ends + 4 * index)
      bytes.store(UInt32(Int(end) + delta), toByteOffset: TreeNode.Layout.ends + 4 * (index - from + target))
    }
  }

  private func setCount(_ count: Int) {
    var bytes = buffer.mutableBytes
    bytes.store(UInt32(count), TreeNode.Layout.count)
  }
}
