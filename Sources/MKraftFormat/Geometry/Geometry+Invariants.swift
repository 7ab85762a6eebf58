extension Geometry {
  public static let ioUnitRange: ClosedRange<UInt32> = 4096...65536
  public static let slotCountRange: ClosedRange<UInt32> = 64...(1 << 20)
  public static let messageSizeRange: ClosedRange<UInt32> = 4096...(1 << 20)
  public static let pipelineRange: ClosedRange<UInt32> = 1...32
  public static let sessionsRange: ClosedRange<UInt32> = 1...4096
  public static let blockSizeRange: ClosedRange<UInt32> = (16 << 10)...(1 << 20)
  public static let gridBlocksMaxRange: ClosedRange<UInt64> = 1...(1 << 26)

  /// The invariants that these numbers break; checked on format and on every read. Empty when the geometry is usable.
  public var brokenInvariants: InvariantSet {
    var broken = InvariantSet()
    func isPowerOfTwo(_ value: UInt32) -> Bool { value.nonzeroBitCount == 1 }
    if !Geometry.ioUnitRange.contains(ioUnit) || !isPowerOfTwo(ioUnit) { broken.insert(.geometryIOUnit) }
    let headersPerUnit = max(1, ioUnit / UInt32(PrepareHeader.byteCount))
    if !Geometry.slotCountRange.contains(slotCount) || slotCount % headersPerUnit != 0 {
      broken.insert(.geometrySlotCount)
    }
    if !Geometry.messageSizeRange.contains(messageSize) || !isPowerOfTwo(messageSize) || messageSize < ioUnit {
      broken.insert(.geometryMessageSize)
    }
    if !Geometry.pipelineRange.contains(pipeline) { broken.insert(.geometryPipeline) }
    if headroom < 1 { broken.insert(.geometryHeadroom) }
    let intervalFits = checkpointInterval <= longestInterval
    let isLongEnough = checkpointInterval >= pipeline && checkpointInterval > max(headroom, Geometry.noopReserve)
    if !intervalFits || !isLongEnough { broken.insert(.geometryInterval) }
    if !Geometry.sessionsRange.contains(sessions) { broken.insert(.geometrySessions) }
    if !Geometry.blockSizeRange.contains(blockSize) || !isPowerOfTwo(blockSize) || blockSize < ioUnit {
      broken.insert(.geometryBlockSize)
    }
    if !Geometry.gridBlocksMaxRange.contains(gridBlocksMax) {
      broken.insert(.geometryGridBlocks)
    } else if broken.isEmpty && gridBlocksMax < gridBlocksMin {
      broken.insert(.geometryGridBlocks)
    }
    return broken
  }
}
