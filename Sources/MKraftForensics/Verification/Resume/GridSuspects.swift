internal import MKraftFormat
internal import MKraftStorage

/// Blocks that an earlier verification had found damaged, looked at again: one that was mended since is damaged no more.
struct GridSuspects {
  private let storage: any Storage
  private let ground: GridGround
  private let faults: [BlockFault]

  init(_ storage: any Storage, _ ground: GridGround, _ grid: GridIntake) {
    self.storage = storage
    self.ground = ground
    // A broken invariant stands in a block that its referrer vouches for: it is there as long as the checkpoint.
    let referred = grid.faults.compactMap { found -> BlockFault? in
      if case .block(let fault) = found.fault { fault } else { nil }
    }
    faults = referred + grid.damaged.map { BlockFault(address: $0.address, expected: 0, defect: $0.defect) }
  }

  /// Whether each of them is what it was. With the first that is not, everything has to be read again.
  var allStand: Bool {
    guard !faults.isEmpty else { return true }
    let block = IOBuffer(byteCount: Int(ground.geometry.blockSize))
    return faults.allSatisfy { stands($0, block) }
  }

  private func stands(_ fault: BlockFault, _ block: IOBuffer) -> Bool {
    guard fault.address > 0, fault.address <= ground.blockCount else { return false }
    let reference = BlockReference(checksum: fault.expected, address: fault.address, extent: 0)
    do throws(BlockFault) {
      _ = try reference.read(from: storage, ground.geometry, cluster: ground.superblock.cluster, into: block)
      return false
    } catch {
      if case .unreadable = fault.defect, case .unreadable = error.defect { return true }
      return error.defect == fault.defect
    }
  }
}
