internal import MKraftFormat

/// The fields of a grid block, by its type.
struct BlockLayout: ~Escapable {
  /// Entries or records taken apart; what follows is one field, so that memory is bounded whatever a block claims to hold.
  static let partLimit = 2048

  private let bytes: RawSpan
  private let limit: Int
  /// Header and contents, bytes; the whole place if the header says nothing that fits.
  private let size: Int
  private let isSizePlausible: Bool

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, limit: Int) {
    self.bytes = bytes
    self.limit = limit
    let size = Int(bytes.load(BlockHeader.Layout.size))
    isSizePlausible = (BlockHeader.byteCount...bytes.byteCount).contains(size)
    self.size = isSizePlausible ? size : bytes.byteCount
  }

  func fields() -> [DumpField] {
    let header = DumpField.of(BlockHeader.Layout.rows)
    guard isSizePlausible else { return header + DumpLayout.contents(BlockHeader.byteCount, -1, bytes, "contents") }
    let type = BlockHeader.BlockType(rawValue: bytes.load(BlockHeader.Layout.type))
    let contents: [DumpField] =
      switch type {
      case .treeLeaf, .treeInner: node()
      case .blockSet: chain() + [run("set", BlockChain.payloadOffset, "bit 0 of the first byte stands for block 1")]
      case .sessionTable: chain() + sessions()
      case .treeValue: [run("value", BlockHeader.byteCount, "bytes of a value")]
      case nil: [run("contents", BlockHeader.byteCount, "of no type that this release knows")]
      }
    return header + contents + [DumpLayout.rest(size, bytes)]
  }

  /// From `start` to the end of what is in use; empty if it does not reach that far.
  private func run(_ name: String, _ start: Int, _ meaning: String) -> DumpField {
    DumpField(name, min(start, size)..<size, meaning, .bytes)
  }

  private func chain() -> [DumpField] {
    guard size >= BlockChain.payloadOffset else { return [run("contents", BlockHeader.byteCount, "too short")] }
    return reference("next", at: BlockChain.nextOffset)
  }

  private func reference(_ name: String, at start: Int) -> [DumpField] {
    DumpField.of(BlockReference.Layout.rows, prefix: name + ".", at: start)
  }

  private func sessions() -> [DumpField] {
    var fields: [DumpField] = []
    var start = BlockChain.payloadOffset
    while start + SessionRecord.byteCount <= size, start < limit {
      let index = (start - BlockChain.payloadOffset) / SessionRecord.byteCount
      guard index < BlockLayout.partLimit else {
        return fields + [run("session[\(index)...]", start, "further records, not taken apart")]
      }
      fields += DumpField.of(SessionRecord.Layout.rows, prefix: "session[\(index)].", at: start)
      start += SessionRecord.byteCount
    }
    // Records run on from block to block of the chain, and may be split between two.
    return fields + [run("session part", start, "the beginning of a record that goes on in the next block")]
  }

  private func node() -> [DumpField] {
    guard size >= TreeNode.Layout.ends else { return [run("contents", BlockHeader.byteCount, "too short")] }
    let count = Int(bytes.load(TreeNode.Layout.count))
    let first = TreeNode.Layout.ends + 4 * count
    var fields = DumpField.of(TreeNode.Layout.rows)
    guard first <= size else {
      return fields + [run("contents", TreeNode.Layout.ends, "not as many entries as the count says fit in the block")]
    }
    let shown = min(count, BlockLayout.partLimit)
    for index in 0..<shown where TreeNode.Layout.ends + 4 * index < limit {
      let at = TreeNode.Layout.ends + 4 * index
      fields.append(
        DumpField("end[\(index)]", at..<at + 4, "where the entry ends, from the first one's start", .number))
    }
    let rest = TreeNode.Layout.ends + 4 * shown..<first
    if !rest.isEmpty { fields.append(DumpField("end[\(shown)..<\(count)]", rest, "further ends", .bytes)) }
    return fields + entries(count, first)
  }

  private func entries(_ count: Int, _ first: Int) -> [DumpField] {
    var fields: [DumpField] = []
    var start = first
    for index in 0..<count where start < limit {
      guard index < BlockLayout.partLimit else {
        return fields + [run("entry[\(index)..<\(count)]", start, "further entries, not taken apart")]
      }
      let at = TreeNode.Layout.ends + 4 * index
      let end = first + Int(bytes.load(fromByteOffset: at, as: UInt32.self))
      guard end >= start + TreeNode.EntryLayout.byteCount, end <= size else {
        return fields + [run("contents", start, "entry \(index) does not end where one may")]
      }
      fields += entry(index, start..<end)
      start = end
    }
    return start < limit ? fields + [run("contents", start, "beyond the last entry")] : fields
  }

  private func entry(_ index: Int, _ range: Range<Int>) -> [DumpField] {
    let name = "entry[\(index)]."
    let key = range.lowerBound + TreeNode.EntryLayout.byteCount
    let keyEnd = min(key + Int(bytes.load(TreeNode.EntryLayout.keySize, base: range.lowerBound)), range.upperBound)
    let form = TreeNode.Form(rawValue: bytes.load(TreeNode.EntryLayout.form, base: range.lowerBound))
    return DumpField.of(TreeNode.EntryLayout.rows, prefix: name, at: range.lowerBound)
      + [DumpField(name + "key", key..<keyEnd, "the key", .bytes)]
      + payload(name, form, keyEnd..<range.upperBound)
  }

  private func payload(_ name: String, _ form: TreeNode.Form?, _ range: Range<Int>) -> [DumpField] {
    guard form == .blocks || form == .child, range.count % BlockReference.byteCount == 0 else {
      return [DumpField(name + "value", range, "the value", .bytes)]
    }
    return (0..<range.count / BlockReference.byteCount).flatMap { part in
      reference(
        form == .child ? name + "child" : name + "block[\(part)]",
        at: range.lowerBound + part * BlockReference.byteCount)
    }
  }
}
