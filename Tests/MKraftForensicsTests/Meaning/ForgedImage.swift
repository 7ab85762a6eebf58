import MKraftFormat
import MKraftStorage

/// A sound file whose structures are changed byte by byte, with all checksums and all that refers to them made right again: up the
/// tree to the superblock, along the log to its head, and in all four superblock copies.
final class ForgedImage {
  let storage: MemoryStorage
  private let ground: LoadedGround
  /// Copy 0.
  private var superblock: [UInt8]

  init(_ ground: LoadedGround) {
    self.ground = ground
    storage = ground.storage.snapshot()
    superblock = ForgedImage.bytes(storage, 0, Superblock.byteCount)
  }

  private var map: GridMap { ground.map }
  private var geometry: Geometry { ground.geometry }

  /// Makes the forgery; false if it would change nothing.
  func apply(_ forgery: Forgery) -> Bool {
    let place = place(of: forgery.structure)
    let image = bytes(place)
    guard let changed = forgery.changed(image, sibling: bytes(sibling(of: forgery.structure))) else { return false }
    put(changed, place, isKindForged: forgery.field.name == "kind")
    return true
  }

  // MARK: Places

  /// Where a structure stands.
  enum Place {
    /// From this byte of the superblock on.
    case superblock(Int, count: Int)
    /// The header of an entry.
    case entry(op: UInt64)
    case reply(slot: Int)
    /// Bytes of a block.
    case block(UInt64, at: Int, count: Int)
  }

  private func place(of structure: ForgedStructure) -> Place {
    let suffix = Superblock.Layout.suffix
    let checkpoint = Superblock.Layout.checkpoint
    let head = lastOp
    return switch structure {
    case .superblock: .superblock(0, count: Superblock.byteCount)
    case .checkpoint: .superblock(checkpoint, count: CheckpointState.byteCount)
    case .checkpointHeader: .superblock(checkpoint + CheckpointState.Layout.header, count: PrepareHeader.byteCount)
    case .suffixHeader: .superblock(suffix, count: PrepareHeader.byteCount)
    case .entry: .entry(op: head - 2)
    case .head: .entry(op: head)
    case .reply: .reply(slot: 0)
    case .leafHeader: header(.leaf)
    case .innerHeader: header(.inner)
    case .valueHeader: header(.value)
    case .sessionsHeader: header(.sessions)
    case .acquiredHeader: header(.acquiredSet)
    case .releasedHeader: header(.releasedSet)
    case .leafNode: .block(leaf, at: 0, count: 272)
    case .innerNode: .block(inner, at: 0, count: 272)
    case .leafEntry: entry(leaf) { $0.form($1) == .inline }
    case .valueEntry: entry(valueLeaf) { $0.form($1) == .blocks }
    case .innerEntry: entry(inner) { _, index in index == 1 }
    case .valueReference: payload(valueLeaf) { $0.form($1) == .blocks }
    case .childReference: payload(inner) { _, index in index == 1 }
    case .sessionsNext: .block(first(.sessions), at: BlockChain.nextOffset, count: BlockReference.byteCount)
    case .acquiredNext: .block(first(.acquiredSet), at: BlockChain.nextOffset, count: BlockReference.byteCount)
    case .session: .block(first(.sessions), at: BlockChain.payloadOffset, count: SessionRecord.byteCount)
    case .acquiredWord: .block(first(.acquiredSet), at: BlockChain.payloadOffset, count: 8)
    case .releasedWord: .block(first(.releasedSet), at: BlockChain.payloadOffset, count: 8)
    }
  }

  /// Another structure of the same kind.
  private func sibling(of structure: ForgedStructure) -> Place {
    func other(_ role: GridMap.Role) -> Place {
      .block(map.blocks(role).last ?? first(role), at: 0, count: geometry.blockSizeInt)
    }
    return switch structure {
    case .superblock, .checkpoint: place(of: structure)
    case .checkpointHeader: .entry(op: lastOp)
    case .suffixHeader: .entry(op: lastOp)
    case .entry: .entry(op: lastOp - 3)
    case .head: .entry(op: lastOp - 1)
    case .reply: .reply(slot: 1)
    case .leafHeader, .leafNode: other(.leaf)
    case .innerHeader, .innerNode: other(.inner)
    case .valueHeader: other(.value)
    case .sessionsHeader: other(.acquiredSet)
    case .acquiredHeader: other(.sessions)
    case .releasedHeader: other(.acquiredSet)
    case .leafEntry: entry(valueLeaf) { $0.form($1) == .blocks }
    case .valueEntry: entry(leaf) { $0.form($1) == .inline }
    case .innerEntry: entry(inner) { _, index in index == 2 }
    case .valueReference:
      payload(map.blocks(.leaf).last { hasValues($0) } ?? leaf, last: true) { $0.form($1) == .blocks }
    case .childReference: payload(inner) { _, index in index == 2 }
    case .sessionsNext, .acquiredNext:
      .superblock(Superblock.Layout.checkpoint + CheckpointState.Layout.released, count: 32)
    case .session:
      .block(
        first(.sessions), at: BlockChain.payloadOffset + SessionRecord.byteCount, count: SessionRecord.byteCount)
    case .acquiredWord: .block(first(.releasedSet), at: BlockChain.payloadOffset, count: 8)
    case .releasedWord: .block(first(.acquiredSet), at: BlockChain.payloadOffset, count: 8)
    }
  }

  var lastOp: UInt64 { ForgedImage.lastOp(ground) }

  /// The last entry of the log, which is in both rings.
  static func lastOp(_ ground: LoadedGround) -> UInt64 {
    // No copy of a sound file is ahead.
    JournalScan.run(ground.storage, ground.superblock, provenOp: 0).head.op
  }

  private func first(_ role: GridMap.Role) -> UInt64 { map.blocks(role)[0] }
  private var leaf: UInt64 { map.blocks(.leaf)[map.blocks(.leaf).count / 2] }
  /// An inner node with enough children; the root may have only two.
  private var inner: UInt64 {
    map.blocks(.inner).first { address in
      guard let block = try? map.bytes(address) else { return false }
      return TreeNodeView(validated: block.bytes).count > 2
    } ?? first(.inner)
  }
  private var valueLeaf: UInt64 { map.referrers[first(.value)] ?? leaf }

  private func hasValues(_ leaf: UInt64) -> Bool { map.referrers.contains { $0.value == leaf } }

  private func header(_ role: GridMap.Role) -> Place {
    let blocks = map.blocks(role)
    return .block(blocks[blocks.count / 2], at: 0, count: BlockHeader.byteCount)
  }

  /// The head of an entry, with the first byte of its key.
  private func entry(_ address: UInt64, _ isWanted: (borrowing TreeNodeView, Int) -> Bool) -> Place {
    let block = read(address)
    let node = TreeNodeView(validated: block.bytes)
    let index = (0..<node.count).first { isWanted(node, $0) } ?? 0
    return .block(address, at: node.start(of: index), count: TreeNode.EntryLayout.byteCount + 1)
  }

  private func payload(
    _ address: UInt64, last: Bool = false, _ isWanted: (borrowing TreeNodeView, Int) -> Bool
  ) -> Place {
    let block = read(address)
    let node = TreeNodeView(validated: block.bytes)
    var found = 0
    for index in 0..<node.count where isWanted(node, index) {
      found = index
      if !last { break }
    }
    return .block(address, at: node.payloadStart(found), count: BlockReference.byteCount)
  }

  // MARK: Bytes

  private func read(_ address: UInt64) -> IOBuffer {
    guard let block = try? GridMap.bytes(storage, map.range(address)) else { preconditionFailure("the file is sound") }
    return block
  }

  private static func bytes(_ storage: MemoryStorage, _ offset: UInt64, _ count: Int) -> [UInt8] {
    guard let buffer = try? GridMap.bytes(storage, offset..<offset + UInt64(count)) else {
      preconditionFailure("the file is sound")
    }
    return [UInt8](copying: buffer.bytes)
  }

  private func bytes(_ place: Place) -> [UInt8] {
    switch place {
    case .superblock(let at, let count): Array(superblock[at..<at + count])
    case .entry(let op): ForgedImage.bytes(storage, prepareAt(op), PrepareHeader.byteCount)
    case .reply(let slot): ForgedImage.bytes(storage, geometry.replyOffset(slot: slot), ReplyHeader.byteCount)
    case .block(let address, let at, let count):
      ForgedImage.bytes(storage, map.range(address).lowerBound + UInt64(at), count)
    }
  }

  private func prepareAt(_ op: UInt64) -> UInt64 { geometry.prepareOffset(slot: geometry.slot(of: op)) }

  private func put(_ image: [UInt8], _ place: Place, isKindForged: Bool) {
    switch place {
    case .superblock(let at, _):
      superblock.replaceSubrange(at..<at + image.count, with: image)
      let header = Superblock.Layout.checkpoint + CheckpointState.Layout.header
      if at == Superblock.Layout.suffix { resealSuffix(from: 0) }
      if at == header {
        superblock.seal(header: header)
        rechain(from: ground.superblock.checkpoint.op + 1, parent: superblock.low128(at: header))
      }
      resealSuperblock()
    case .entry(let op): putEntry(image, op)
    case .reply(let slot): putReply(image, slot)
    case .block(let address, let at, _): putBlock(address, at, image)
    }
  }

  // MARK: The log

  private func putEntry(_ image: [UInt8], _ op: UInt64) {
    var image = image
    let size = Int(image.load(PrepareHeader.Layout.size))
    let old = Int(bytes(.entry(op: op)).load(PrepareHeader.Layout.size))
    // Another size is another body.
    if size != old, (PrepareHeader.byteCount...Int(geometry.messageSize)).contains(size) {
      let body = ForgedImage.bytes(
        storage, prepareAt(op) + UInt64(PrepareHeader.byteCount), size - PrepareHeader.byteCount)
      image.store(Checksum.of(body.rawSpan, as: .prepareBody), at: PrepareHeader.Layout.bodyChecksum.offset)
    }
    image.seal(header: 0)
    write(image, op)
    rechain(from: op + 1, parent: image.low128(at: 0))
    resealSuperblock()
  }

  private func write(_ header: [UInt8], _ op: UInt64) {
    storage.put(header, at: prepareAt(op))
    storage.put(header, at: geometry.headerOffset(slot: geometry.slot(of: op)))
    let checksum = header.low128(at: 0)
    for (opField, checksumField) in [
      (Superblock.Layout.cutOp, Superblock.Layout.cutChecksum),
      (Superblock.Layout.cleanOp, Superblock.Layout.cleanChecksum),
    ] where superblock.load(opField) == op && superblock.low128(at: checksumField.offset) != 0 {
      superblock.store(checksum, at: checksumField.offset)
    }
    for index in 0..<ground.superblock.suffix.count where ground.superblock.suffix[index].op == op {
      let at = Superblock.Layout.suffix + index * PrepareHeader.byteCount
      superblock.replaceSubrange(at..<at + PrepareHeader.byteCount, with: header)
    }
  }

  /// The entries from `first` on, each the child of the one before.
  private func rechain(from first: UInt64, parent: UInt128) {
    var parent = parent
    for op in first..<max(first, lastOp + 1) {
      var header = bytes(.entry(op: op))
      header.store(parent, at: PrepareHeader.Layout.parent.offset)
      header.seal(header: 0)
      write(header, op)
      parent = header.low128(at: 0)
    }
  }

  private func resealSuffix(from first: Int) {
    for index in first..<ground.superblock.suffix.count {
      let at = Superblock.Layout.suffix + index * PrepareHeader.byteCount
      if index > first {
        superblock.store(
          superblock.low128(at: at - PrepareHeader.byteCount), at: at + PrepareHeader.Layout.parent.offset)
      }
      superblock.seal(header: at)
      superblock.store(superblock.low128(at: at), at: Superblock.Layout.cutChecksum.offset)
    }
  }

  // MARK: Replies, blocks, superblock

  private func putReply(_ image: [UInt8], _ slot: Int) {
    var image = image
    image.seal(header: 0, kindAt: ReplyHeader.Layout.kind.offset)
    storage.put(image, at: geometry.replyOffset(slot: slot))
    var checksum = [UInt8](repeating: 0, count: 16)
    checksum.store(image.low128(at: 0), at: 0)
    let record = BlockChain.payloadOffset + slot * SessionRecord.byteCount
    putBlock(first(.sessions), record + SessionRecord.Layout.replyChecksum.offset, checksum)
  }

  private func putBlock(_ address: UInt64, _ at: Int, _ change: [UInt8]) {
    let start = map.range(address).lowerBound
    var block = ForgedImage.bytes(storage, start, geometry.blockSizeInt)
    let old = block.low128(at: 0)
    block.replaceSubrange(at..<at + change.count, with: change)
    let size = Int(block.load(BlockHeader.Layout.size))
    let covered = (BlockHeader.byteCount...block.count).contains(size) ? size : block.count
    block.store(Checksum.of(block.rawSpan.extracting(16..<covered), as: .block), at: 0)
    storage.put(block, at: start)
    refer(to: address, old, block.low128(at: 0))
  }

  private func refer(to address: UInt64, _ old: UInt128, _ new: UInt128) {
    var checksum = [UInt8](repeating: 0, count: 16)
    checksum.store(new, at: 0)
    guard let referrer = map.referrers[address] else {
      let state = Superblock.Layout.checkpoint
      for offset in [
        CheckpointState.Layout.treeRoot, CheckpointState.Layout.acquired, CheckpointState.Layout.released,
        CheckpointState.Layout.sessions,
      ] where superblock.low128(at: state + offset) == old {
        superblock.replaceSubrange(state + offset..<state + offset + 16, with: checksum)
      }
      return resealSuperblock()
    }
    let block = ForgedImage.bytes(storage, map.range(referrer).lowerBound, geometry.blockSizeInt)
    guard let at = (0...block.count - 16).first(where: { block.low128(at: $0) == old }) else {
      preconditionFailure("the referrer names the block")
    }
    putBlock(referrer, at, checksum)
  }

  private func resealSuperblock() {
    let state = Superblock.Layout.checkpoint
    let covered = CheckpointState.Layout.covered
    superblock.store(
      Checksum.of(
        superblock.rawSpan.extracting(state + covered.lowerBound..<state + covered.upperBound), as: .checkpoint),
      at: state)
    superblock.store(Checksum.of(superblock.rawSpan.extracting(Superblock.Layout.covered), as: .superblock), at: 0)
    let isOwn = superblock.load(Superblock.Layout.copy) == 0
    for copy in 0..<Superblock.copyCount {
      var image = superblock
      if isOwn { image[Superblock.Layout.copy.offset] = UInt8(copy) }
      storage.put(image, at: geometry.offset(of: .superblock(copy)))
    }
  }
}

extension Geometry {
  fileprivate var blockSizeInt: Int { Int(blockSize) }
}

extension MemoryStorage {
  fileprivate func put(_ bytes: [UInt8], at offset: UInt64) {
    let buffer = IOBuffer(byteCount: bytes.count, alignment: 16)
    buffer.copy(from: bytes.span)
    replace(at: offset, with: buffer)
  }
}

extension [UInt8] {
  func load<Value>(_ field: Field<Value>) -> Value { rawSpan.load(field) }

  fileprivate func low128(at offset: Int) -> UInt128 { rawSpan.load(fromByteOffset: offset) }

  fileprivate mutating func store(_ value: UInt128, at offset: Int) {
    for index in 0..<16 { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt128(8 * index)) }
  }

  /// Makes the checksum of a header of 256 bytes right, as the one of its kind.
  fileprivate mutating func seal(header base: Int, kindAt: Int = PrepareHeader.Layout.kind.offset) {
    let kind = StructureKind(rawValue: self[base + kindAt]) ?? .prepare
    store(Checksum.of(rawSpan.extracting(base + 16..<base + 256), as: kind), at: base)
  }
}
