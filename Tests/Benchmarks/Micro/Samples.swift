internal import MKraftFormat
internal import MKraftStorage

/// Structures to decode.
enum Samples {
  /// The superblock of a replica that is alone, with so many headers of its log.
  static func superblock(suffixCount: Int) -> Superblock {
    var superblock = FormatPlan(cluster: EntryMaker.cluster, fileID: 0xF11E).superblock
    guard suffixCount > 0 else { return superblock }
    var entries = EntryMaker()
    for _ in 0..<suffixCount { superblock.suffix.append(entries.next(body: RawSpan())) }
    superblock.cut = LogPosition(entries.head)
    superblock.term = entries.head.term
    superblock.logTerm = entries.head.term
    superblock.commitMax = entries.head.commit
    superblock.seal()
    return superblock
  }

  /// Blocks of full leaves, sealed: keys that come in order leave no room.
  static func leaves(count: Int) -> Pieces {
    let store = KeyValueStore()
    let pairs = Pairs(count: count * KeyValueStore.blockSize / Pairs.byteCount)
    for body in pairs.puts(pairs.inOrder) { store.apply(body) }
    let blocks = store.sealedLeaves()
    precondition(blocks.count > count, "as many full leaves, and the last one")
    var rest = blocks.dropLast()[...]
    return Pieces(size: KeyValueStore.blockSize, count: count) { buffer, offset in
      guard let block = rest.popFirst() else { preconditionFailure("as many leaves") }
      buffer.copy(from: block, range: 0..<block.byteCount, at: offset)
    }
  }
}
