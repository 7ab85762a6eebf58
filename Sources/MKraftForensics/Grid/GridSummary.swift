internal import MKraftFormat
internal import MKraftStorage

/// The grid at the checkpoint, in numbers.
public struct GridSummary: Sendable, Equatable {
  /// Number of the checkpoint: 0 is the empty state of a new file.
  public let checkpoint: UInt64
  /// Blocks in use; nil if the set of them cannot be read. Likewise those below.
  public let acquired: UInt64?
  /// Of these, blocks that the checkpoint has dropped and the next op beyond the headroom frees.
  public let released: UInt64?
  /// Of these, blocks of the sets and sessions themselves.
  public let trailers: UInt64
  /// Of these, blocks of the tree.
  public let reachable: UInt64
  /// Client sessions; nil if the table of them cannot be read.
  public let sessions: UInt64?
  /// Blocks up to the last one in use at the checkpoint.
  public let blocks: UInt64
  /// Blocks that the file has room for now.
  public let fileBlocks: UInt64
  /// Blocks that it may ever have.
  public let blocksMax: UInt64
  public let blockSize: UInt32

  /// Blocks that may yet be acquired.
  public var free: UInt64? { acquired.map { blocksMax - min(blocksMax, $0) } }
  /// Bytes at the end of the file that are reserved for the grid to grow into.
  public var reservedByteCount: UInt64 { (fileBlocks - min(fileBlocks, blocks)) * UInt64(blockSize) }

  init(_ ground: GridGround, byteCount: UInt64) {
    let geometry = ground.geometry
    checkpoint = ground.interval
    acquired = ground.parts.acquired?.count
    released = ground.parts.released?.count
    trailers = UInt64(ground.parts.trailers.count)
    reachable = ground.superblock.checkpoint.reachableCount
    sessions = ground.parts.sessions.map { UInt64($0.count) }
    blocks = ground.blockCount
    fileBlocks = geometry.blockCount(fileSize: byteCount)
    blocksMax = geometry.gridBlocksMax
    blockSize = geometry.blockSize
  }
}
