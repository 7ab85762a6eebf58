public import MKraftFormat

/// The step that ends an interval.
extension Grid {
  /// References to what a checkpoint's trailers hold.
  public struct Trailers: Sendable {
    public var acquired = BlockReference.none
    public var released = BlockReference.none
    public var sessions = BlockReference.none
  }

  /// Blocks that the trailers of a checkpoint taken now need at most.
  public func trailersNeeded(sessionCount: Int) -> UInt64 {
    let blockSize = Int(geometry.blockSize)
    // The highest address grows with the trailers themselves, by less than one more block's worth of bits.
    let setBytes = 8 * (Int(acquired.highest) / 64 + 1)
    let sets = 2 * (BlockChain.blockCount(byteCount: setBytes, blockSize: blockSize) + 1)
    return UInt64(
      sets + BlockChain.blockCount(byteCount: sessionCount * SessionRecord.byteCount, blockSize: blockSize))
  }

  /// Ends the interval, when everything in it was executed and every modified block is sealed: what is modified now is written for
  /// the checkpoint, and the next change of any block gives it a new address. Sets and sessions get their blocks in the same
  /// step, so that their addresses depend on nothing that comes later.
  /// - Parameters:
  ///   - sessions: contents of the table of sessions.
  ///   - release: release of the checkpoint; blocks of the next interval name it.
  public func freeze(sessions: [UInt8], release: UInt32) -> Trailers {
    precondition(expiring.isEmpty, "what an earlier checkpoint released is free before the next")
    precondition(writes.checkpointCount == 0, "one checkpoint at a time")
    for address in trailers { released.insert(address) }
    trailers = []
    let sessionBlocks = acquireTrailers(byteCount: sessions.count)
    let releasedBytes = released.encoded
    let releasedBlocks = acquireTrailers(byteCount: releasedBytes.count)
    var acquiredBlocks = acquireTrailers(byteCount: 8 * acquired.wordCount)
    // Its own blocks may have raised the highest address, and with it the number of its words.
    while BlockChain.blockCount(byteCount: 8 * acquired.wordCount, blockSize: Int(geometry.blockSize))
      > acquiredBlocks.count
    { acquiredBlocks += acquireTrailers(byteCount: 1) }
    let result = Trailers(
      acquired: encode(acquired.encoded, .blockSet, into: acquiredBlocks),
      released: encode(releasedBytes, .blockSet, into: releasedBlocks),
      sessions: encode(sessions, .sessionTable, into: sessionBlocks))
    expiring = released
    released = BlockSet()
    acquiredBefore = acquired
    freezeFrames()
    self.release = release
    interval += 1
    return result
  }

  /// Whether everything that the checkpoint consists of is on disk.
  public var isCheckpointWritten: Bool { writes.checkpointCount == 0 }

  private func acquireTrailers(byteCount: Int) -> [UInt64] {
    let count = BlockChain.blockCount(byteCount: byteCount, blockSize: Int(geometry.blockSize))
    let addresses = (0..<count).map { _ in acquired.insertLowest() }
    precondition(acquired.highest <= geometry.gridBlocksMax, "room for trailers is kept")
    trailers += addresses
    return addresses
  }

  /// Writes a chain into buffers of its own, the last block first, and returns the reference to the first one.
  private func encode(_ contents: [UInt8], _ type: BlockHeader.BlockType, into blocks: [UInt64]) -> BlockReference {
    let payload = BlockChain.payload(blockSize: Int(geometry.blockSize))
    precondition(
      blocks.count == BlockChain.blockCount(byteCount: contents.count, blockSize: Int(geometry.blockSize)),
      "a chain has the blocks that it needs")
    var next = BlockReference.none
    for index in blocks.indices.reversed() {
      let part = index * payload..<min((index + 1) * payload, contents.count)
      let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
      var bytes = buffer.mutableBytes
      next.encode(into: &bytes, at: BlockChain.nextOffset)
      buffer.copy(from: contents.rawSpan.extracting(part), at: BlockChain.payloadOffset)
      var header = BlockHeader()
      header.cluster = cluster
      header.address = blocks[index]
      header.birth = interval
      header.size = UInt32(BlockChain.payloadOffset + part.count)
      header.release = self.release
      header.type = type
      header.seal(into: &bytes)
      writes.trailers.append(GridWrites.Trailer(address: blocks[index], buffer: buffer))
      next = BlockReference(
        checksum: header.checksum, address: blocks[index], extent: UInt64(contents.count - part.lowerBound))
    }
    return next
  }

  private func freezeFrames() {
    let modified = frames.indices.filter { frames[$0].isModified }
    writes.frozen = modified.sorted { frames[$0].address > frames[$1].address }
    for frame in modified { frames[frame].isFrozen = true }
    for index in writes.inFlight.indices { writes.inFlight[index].isForCheckpoint = true }
    writes.checkpointCount = writes.frozen.count + writes.trailers.count + writes.inFlight.count
  }
}
