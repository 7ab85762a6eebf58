import MKraftFormat
import MKraftStorage

/// A sound file of which structures are changed, with all checksums made right again up to the superblock.
final class ForgedFile {
  let storage: MemoryStorage
  let map: GridMap
  private(set) var superblock: Superblock

  init(_ storage: MemoryStorage, _ map: GridMap) {
    self.storage = storage.snapshot()
    self.map = map
    superblock = map.superblock
  }

  /// Changes a block's header and contents.
  func forge(_ address: UInt64, _ change: (inout BlockHeader, IOBuffer) -> Void) throws {
    let block = try GridMap.bytes(storage, map.range(address))
    var header = try BlockHeader(decoding: block.bytes)
    let old = header.checksum
    change(&header, block)
    var bytes = block.mutableBytes
    header.seal(into: &bytes)
    storage.replace(at: map.range(address).lowerBound, with: block)
    try refer(to: address, old, header.checksum)
  }

  /// Changes what the checkpoint says of itself.
  func forgeCheckpoint(_ change: (inout CheckpointState) -> Void) {
    change(&superblock.checkpoint)
    superblock.checkpoint.seal()
    superblock.seal()
    storage.put(superblock)
  }

  private func refer(to address: UInt64, _ old: UInt128, _ new: UInt128) throws {
    guard let referrer = map.referrers[address] else {
      return forgeCheckpoint { state in
        if state.treeRoot.address == address { state.treeRoot.checksum = new }
        if state.acquired.address == address { state.acquired.checksum = new }
        if state.released.address == address { state.released.checksum = new }
        if state.sessions.address == address { state.sessions.checksum = new }
      }
    }
    try forge(referrer) { _, block in
      for offset in 0...block.byteCount - BlockReference.byteCount {
        var reference = BlockReference(decoding: block.bytes, at: offset)
        guard reference.address == address, reference.checksum == old else { continue }
        reference.checksum = new
        var bytes = block.mutableBytes
        reference.encode(into: &bytes, at: offset)
        return
      }
      preconditionFailure("the referrer names the block")
    }
  }
}
