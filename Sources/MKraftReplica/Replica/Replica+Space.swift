internal import MKraftFormat
internal import MKraftStorage

/// Space for growth of the grid is reserved in the file before an operation is prepared (rule R17): a disk that is full then
/// refuses writes by name, and nothing that was prepared fails for want of it.
extension ReplicaCore {
  /// Whether the file has room for `blocks` more, beside what was pledged and the trailers of the next checkpoint.
  func hasSpace(for blocks: UInt64, trailers: UInt64) -> Bool {
    fileBlocks == geometry.gridBlocksMax || grid.acquired.count + pledgedBlocks + blocks + trailers <= fileBlocks
  }

  /// Blocks that the trailers of the next checkpoint may need, if it comes after all that is pledged.
  func trailersToCome(_ blocks: UInt64) -> UInt64 {
    let bits = UInt64(BlockChain.payload(blockSize: Int(geometry.blockSize))) * 8
    return grid.trailersNeeded(sessionCount: Int(geometry.sessions)) + 2 * ((pledgedBlocks + blocks) / bits + 1)
  }

  /// Asks for a longer file; one request at a time. It grows by steps that become larger with it.
  func grow(for blocks: UInt64, trailers: UInt64, into effects: inout [ReplicaEffect]) {
    guard growthTarget == nil else { return }
    let needed = grid.acquired.count + pledgedBlocks + blocks + trailers
    growthNeeded = min(geometry.gridBlocksMax, needed)
    let step = min(max(ReplicaCore.growthStepMin, fileBlocks / 8), ReplicaCore.growthStepMax)
    grow(to: min(geometry.gridBlocksMax, max(needed, fileBlocks) + step), into: &effects)
  }

  private func grow(to target: UInt64, into effects: inout [ReplicaEffect]) {
    growthTarget = target
    submit(
      .resize, .growth, offset: geometry.fileSize(blockCount: target), count: 0, growthBuffer, into: &effects)
  }

  private static var growthStepMin: UInt64 { 256 }
  private static var growthStepMax: UInt64 { 4096 }

  /// The file has grown; or the disk is full, and then whatever waits to be prepared is refused.
  func growthEnded(_ failure: StorageError?, into effects: inout [ReplicaEffect]) {
    guard let target = growthTarget else { preconditionFailure("the file was to grow") }
    growthTarget = nil
    guard let failure else {
      fileBlocks = max(fileBlocks, target)
      hasGrowthFailed = false
      return
    }
    guard failure.isOutOfSpace else { return halt(.storage(failure), into: &effects) }
    // What is left of the disk may still be enough for what is needed now.
    guard target == growthNeeded else { return grow(to: growthNeeded, into: &effects) }
    // Space is reserved before an entry is prepared: if it is missing now, the file was cut since.
    guard phase != .replaying else { return halt(.storage(failure), into: &effects) }
    hasGrowthFailed = true
    for request in requests {
      guard let connection = request.connection else { continue }
      refuse(.storageFull, answering: request.header.checksum, to: connection, into: &effects)
    }
    requests.removeAll()
    stopWaitingForRequests()
  }

  /// Reads do not wait for entries that will not be begun.
  func stopWaitingForRequests() {
    for index in reads.indices { reads[index].after = min(reads[index].after, head.op) }
  }
}
