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
    if let header = alone.blockHeader(reference) {
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
}
