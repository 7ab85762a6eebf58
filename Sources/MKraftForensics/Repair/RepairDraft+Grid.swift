internal import MKraftFormat
internal import MKraftStorage

/// Blocks of the grid.
extension RepairDraft {
  mutating func answerGrid(_ finding: Finding) {
    guard let address = finding.block, (1...geometry.gridBlocksMax).contains(address) else { return }
    switch finding.kind {
    case .checkpointDamaged, .blockCorrupt, .blockUnexpected, .blockReplacedDamaged:
      guard case .checksum(let expected)? = finding.expected else { return }
      restoreBlock(BlockReference(checksum: expected, address: address), finding)
    default: break
    }
  }

  private mutating func restoreBlock(_ reference: BlockReference, _ finding: Finding) {
    let start = geometry.blockOffset(address: reference.address)
    if let header = rebuiltHeader(reference, start) {
      let range = start..<start + UInt64(BlockHeader.byteCount)
      var action = RepairAction(.blockHeaderRebuilt, finding.kind, range: range)
      action.block = reference.address
      return add(action, .bytes(header))
    }
    let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
    for (index, donor) in donors.enumerated() {
      guard
        let header = try? reference.read(
          from: donor.storage, geometry, cluster: superblock.cluster, into: buffer)
      else { continue }
      var action = RepairAction(.blockFromSource, finding.kind, range: start..<start + UInt64(header.size))
      action.block = reference.address
      action.source = index
      return add(action, .file(donor.storage, at: start))
    }
  }

  /// The block's header with the values that are known of it, if the block then is the one that is referred to.
  private func rebuiltHeader(_ reference: BlockReference, _ start: UInt64) -> [UInt8]? {
    let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
    guard let count = try? overlay.read(buffer.byteCount, at: start, into: buffer), count == buffer.byteCount else {
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
}
