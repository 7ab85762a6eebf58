public import MKraftFormat
public import MKraftReplica
public import MKraftStorage

/// What made a running replica halt, as verification would name it.
public enum HaltFinding {
  /// The finding at the block that was needed, with what the file alone holds of it taken into account, as verification does; nil if
  /// the replica halted for another reason.
  public static func of(_ halt: ReplicaHalt, _ superblock: Superblock, on storage: any Storage) -> Finding? {
    guard var finding = finding(halt, superblock) else { return nil }
    finding.isRebuildable = FileAlone(storage, superblock).rebuilds(finding)
    return finding
  }

  private static func finding(_ halt: ReplicaHalt, _ superblock: Superblock) -> Finding? {
    let findings = GridFindings(GridGround(superblock, CheckpointParts()))
    switch halt {
    case .block(let fault): return findings.finding(for: fault)
    case .blockContents(let address, let invariant):
      return findings.finding(for: GridFault(fault: .violates(invariant, address: address), referrer: nil), "")
    case .storage(let error):
      guard error.operation == .read, let offset = error.offset, offset >= superblock.geometry.offset(of: .grid) else {
        return nil
      }
      let distance = offset - superblock.geometry.offset(of: .grid)
      let address = distance / UInt64(superblock.geometry.blockSize) + 1
      return findings.finding(for: BlockFault(address: address, expected: 0, defect: .unreadable(error)))
    case .superblock, .unacknowledgedCopy, .entryDamaged, .numbersExhausted: return nil
    }
  }
}
