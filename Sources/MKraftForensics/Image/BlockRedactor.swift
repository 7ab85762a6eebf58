internal import MKraftFormat
internal import MKraftStorage

/// Blocks of the grid.
struct BlockRedactor {
  private let tree: TreeBounds
  private static let headerByteCount = BlockHeader.byteCount
  /// Where filler goes in a damaged block: its header's reserved bytes.
  private static let filler = 96..<144

  init(_ tree: TreeBounds) { self.tree = tree }

  /// - Parameter part: the whole place of the block.
  func redact(_ draft: inout PieceDraft, _ part: Range<Int>, _ address: UInt64) {
    let buffer = draft.buffer
    let bytes = buffer.bytes.extracting(part)
    do throws(HeaderDefect) {
      let header = try BlockHeader(decoding: bytes)
      redact(header, &draft, part, address)
      draft.erase(part.lowerBound + Int(header.size)..<part.upperBound, .leftovers)
    } catch {
      tree.noteDamage(address)
      redact(error, &draft, part)
    }
  }

  // MARK: A block that is right by itself

  private func redact(_ header: BlockHeader, _ draft: inout PieceDraft, _ part: Range<Int>, _ address: UInt64) {
    if header.address != address { tree.noteDamage(address) }
    switch header.type {
    case .blockSet, .sessionTable: return
    case .treeValue:
      if header.address == address { tree.noteValue(header) }
      redactOpaque(&draft, part, size: Int(header.size), .valueBlocks)
    case .treeLeaf, .treeInner: redactNode(header, &draft, part, address)
    }
  }

  /// Everything after the header.
  private func redactOpaque(
    _ draft: inout PieceDraft, _ part: Range<Int>, size: Int, _ reason: ImageRedactions.Reason
  ) {
    let payload = part.lowerBound + Self.headerByteCount..<part.lowerBound + size
    guard !payload.isEmpty else { return }
    draft.record(part.lowerBound + 16..<payload.upperBound, as: .block, filler: payload)
    draft.erase(payload, reason)
  }

  private func redactNode(
    _ header: BlockHeader, _ draft: inout PieceDraft, _ part: Range<Int>, _ address: UInt64
  ) {
    let buffer = draft.buffer
    let bytes = buffer.bytes.extracting(part)
    let size = Int(header.size)
    // A node of another place is never looked into; what is recorded of it must not stand for the one that it is a copy of.
    guard header.address == address else { return redactOpaque(&draft, part, size: size, .keysAndValues) }
    let broken = TreeNode.brokenInvariant(in: bytes, header, level: nil)
    let liesWithin = broken == nil ? tree.liesWithin(TreeNodeView(validated: bytes), address) : true
    draft.record(RecordedAnswers.Node(broken: broken, liesWithin: liesWithin), of: header, at: part.lowerBound)
    guard broken == nil else {
      guard size >= TreeNode.Layout.ends else { return redactOpaque(&draft, part, size: size, .keysAndValues) }
      // Level and count stay: they are looked at before what was recorded.
      let contents = part.lowerBound + TreeNode.Layout.ends..<part.lowerBound + size
      draft.record(part.lowerBound + 16..<contents.upperBound, as: .block, filler: contents)
      return draft.erase(contents, .keysAndValues)
    }
    let node = TreeNodeView(validated: bytes)
    if node.level == 0 { tree.noteValues(of: node, address) }
    let secrets = BlockRedactor.secrets(in: bytes, from: part.lowerBound)
    guard let filler = secrets.max(by: { $0.count < $1.count }), !filler.isEmpty else { return }
    draft.record(part.lowerBound + 16..<part.lowerBound + size, as: .block, filler: filler)
    for secret in secrets { draft.erase(secret, .keysAndValues) }
  }

  /// Where keys and values stand in a node.
  private static func secrets(in bytes: RawSpan, from start: Int) -> [Range<Int>] {
    let node = TreeNodeView(validated: bytes)
    return (0..<node.count).map { index in
      let key = start + node.start(of: index) + TreeNode.EntryLayout.byteCount
      let end = node.form(index) == .inline ? start + node.start(of: index + 1) : start + node.payloadStart(index)
      return key..<end
    }
  }

  // MARK: A block that is not

  private func redact(_ defect: HeaderDefect, _ draft: inout PieceDraft, _ part: Range<Int>) {
    let start = part.lowerBound
    let buffer = draft.buffer
    let bytes = buffer.bytes.extracting(part)
    let kind = bytes.load(BlockHeader.Layout.kind)
    let size = bytes.load(BlockHeader.Layout.size)
    let fits = (Self.headerByteCount...part.count).contains(Int(size))
    let covered = start + 16..<(fits ? start + Int(size) : part.upperBound)
    let filler = start + Self.filler.lowerBound..<start + Self.filler.upperBound
    switch defect {
    case .allZero: return
    case .kindUnknown:
      draft.mark(filler)
      draft.erase(part, .unrecognised)
      draft.put(kind, at: start + BlockHeader.Layout.kind.offset)
    case .violates:
      let payload = start + Self.headerByteCount..<covered.upperBound
      if payload.isEmpty { return draft.erase(covered.upperBound..<part.upperBound, .leftovers) }
      draft.record(covered, as: .block, filler: payload)
      draft.erase(payload.lowerBound..<part.upperBound, .unrecognised)
    case .checksumMismatch:
      draft.record(covered, as: .block, filler: filler)
      if bytes.load(BlockHeader.Layout.cluster) == tree.superblock.cluster {
        return draft.erase(start + BlockHeader.Layout.reserved.lowerBound..<part.upperBound, .unrecognised)
      }
      draft.erase(part, .unrecognised)
      draft.put(kind, at: start + BlockHeader.Layout.kind.offset)
      for byte in 0..<4 {
        draft.put(
          UInt8(truncatingIfNeeded: size >> UInt32(8 * byte)), at: start + BlockHeader.Layout.size.offset + byte)
      }
    }
  }
}
