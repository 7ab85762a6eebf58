extension Geometry {
  /// Offset of a block of the grid in the file. Addresses count from 1.
  public func blockOffset(address: UInt64) -> UInt64 {
    precondition((1...gridBlocksMax).contains(address), "a block's address is 1 to grid_blocks_max")
    return offset(of: .grid) + (address - 1) * UInt64(blockSize)
  }

  /// Bytes of the file when it holds the first `blockCount` blocks of the grid.
  public func fileSize(blockCount: UInt64) -> UInt64 { offset(of: .grid) + blockCount * UInt64(blockSize) }

  /// Whole blocks of the grid in a file of `fileSize` bytes, at most `gridBlocksMax`.
  public func blockCount(fileSize: UInt64) -> UInt64 {
    let grid = offset(of: .grid)
    guard fileSize > grid else { return 0 }
    return min((fileSize - grid) / UInt64(blockSize), gridBlocksMax)
  }

  /// Most blocks that the trailers of one checkpoint take: the table of sessions and the two sets.
  public var trailersMax: UInt64 {
    let payload = UInt64(blockSize) - UInt64(BlockChain.payloadOffset)
    func blocks(_ byteCount: UInt64) -> UInt64 { (byteCount + payload - 1) / payload }
    return blocks(UInt64(sessions) * UInt64(SessionRecord.byteCount)) + 2 * blocks((gridBlocksMax + 63) / 64 * 8)
  }

  /// Fewest blocks with which checkpoints can go on for ever: the trailers of three, since those of the last one are free only
  /// after the next and room for those to come is kept; and a small tree with its copies.
  public var gridBlocksMin: UInt64 { 3 * trailersMax + 32 }

  /// The checkpoint whose interval `op` lies in: 1 for ops up to the first checkpoint's. Also the birth of blocks it makes.
  public func interval(of op: UInt64) -> UInt64 {
    op == 0 ? 0 : (op - 1) / UInt64(checkpointInterval) + 1
  }
}
