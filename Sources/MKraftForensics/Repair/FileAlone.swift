internal import MKraftFormat
internal import MKraftStorage

/// What of a damaged file can be made right from the file alone, provably: something else in it names the checksum, and all but a
/// header of known contents is whole. The planner of repairs and the verdict ask the same questions, so that a file is called
/// repairable if and only if there is a plan.
struct FileAlone: Sendable {
  let storage: any Storage
  let superblock: Superblock
  /// Slots of replies that the log makes again once it is made right.
  var remadeReplies: Set<Int> = []

  init(_ storage: any Storage, _ superblock: Superblock) {
    self.storage = storage
    self.superblock = superblock
  }

  /// Nil if no repair is planned for a file of which replicas make this.
  init?(_ storage: any Storage, _ decision: SuperblockDecision) {
    guard let superblock = decision.chosen, !decision.isReadOnly else { return nil }
    self.init(storage, superblock)
  }

  var geometry: Geometry { superblock.geometry }

  /// Whether the file alone holds all that the finding misses.
  func rebuilds(_ finding: Finding) -> Bool {
    switch finding.kind {
    case .walPrepareCorrupt, .walPrepareMissing, .walEntryLost, .walEntryUnexpected, .walEntriesDisagree:
      return entry(finding) != nil
    case .checkpointDamaged, .blockCorrupt, .blockUnexpected:
      guard case .checksum(let expected)? = finding.expected, let address = finding.block,
        (1...geometry.gridBlocksMax).contains(address)
      else { return false }
      return blockHeader(BlockReference(checksum: expected, address: address)) != nil
    case .replyLost:
      guard case .checksum(let expected)? = finding.expected, let slot = finding.slot else { return false }
      return remadeReplies.contains(slot) || replyHeader(slot, expected) != nil
    default: return false
    }
  }

  // MARK: Blocks and replies

  /// The block's header with the values that are known of it, if the block then is the one that is referred to.
  func blockHeader(_ reference: BlockReference) -> [UInt8]? {
    let start = geometry.blockOffset(address: reference.address)
    let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
    guard let count = try? storage.read(buffer.byteCount, at: start, into: buffer), count == buffer.byteCount else {
      return nil
    }
    var bytes = buffer.mutableBytes
    bytes.store(reference.checksum, BlockHeader.Layout.checksum)
    bytes.store(superblock.cluster, BlockHeader.Layout.cluster)
    bytes.store(0, BlockHeader.Layout.nonce)
    bytes.store(0, BlockHeader.Layout.tag)
    bytes.store(reference.address, BlockHeader.Layout.address)
    bytes.store(StructureKind.block.rawValue, BlockHeader.Layout.kind)
    bytes.zero(BlockHeader.Layout.reserved)
    guard (try? reference.verify(buffer.bytes, cluster: superblock.cluster)) != nil else { return nil }
    return [UInt8](copying: buffer.bytes.extracting(0..<BlockHeader.byteCount))
  }

  /// The header that follows from the session's record and the body that stands in the slot, if it is the one that is named.
  func replyHeader(_ slot: Int, _ expected: UInt128) -> [UInt8]? {
    guard let records = CheckpointReader(storage, superblock).parts().sessions, records.indices.contains(slot) else {
      return nil
    }
    let record = records[slot]
    let size = Int(record.replySize)
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    guard record.replyChecksum == expected, size <= buffer.byteCount,
      let count = try? storage.read(
        geometry.bytesOnDisk(size: size), at: geometry.replyOffset(slot: slot), into: buffer), count >= size
    else { return nil }
    let body = Checksum.of(buffer.bytes.extracting(ReplyHeader.byteCount..<size), as: .replyBody)
    // The release that executed the entry is not in the record; it is one of these, or a release in between.
    for release in [superblock.checkpoint.release, superblock.release, superblock.releaseFormat] {
      let header = record.replyHeader(cluster: superblock.cluster, release: release, bodyChecksum: body)
      if header.checksum == expected { return Array(header) }
    }
    return nil
  }
}
