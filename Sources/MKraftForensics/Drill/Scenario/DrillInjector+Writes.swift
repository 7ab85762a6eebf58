internal import MKraftFormat
public import MKraftStorage

extension DrillInjector {
  /// Most ranges of free blocks; with more of them it is quicker to look everywhere.
  private static let rangesMax = 1 << 16

  /// The places behind all superblock copies too, where repairs have their marks.
  public var superblockRanges: [Range<UInt64>] {
    let zones = Zone.allCases
    return zip(zones, zones.dropFirst()).compactMap { zone, next in
      switch zone {
      case .superblock0, .superblock1, .superblock2, .superblock3: geometry.offset(of: zone)..<geometry.offset(of: next)
      default: nil
      }
    }
  }

  /// Where a replica may have written that ran on a copy of the file and was only asked: superblocks, header ring, the slots of
  /// new entries, replies, and blocks that the checkpoint does not need (rule R17). Nil if that cannot be told, as when it has taken
  /// a checkpoint.
  public func rangesWritten(on copy: any Storage) -> [Range<UInt64>]? {
    guard let now = SuperblockDecision(SuperblockSurvey.read(copy)).chosen, let stop = now.clean,
      now.checkpoint.op == superblock.checkpoint.op, stop.op >= head,
      stop.op - head < UInt64(geometry.slotCount), let blocks = blocksNotNeeded(copy)
    else { return nil }
    var ranges = superblockRanges
    for zone in [Zone.walHeaders, .replies] {
      ranges.append(geometry.offset(of: zone)..<geometry.offset(of: zone) + geometry.byteCount(of: zone))
    }
    for op in head..<stop.op {
      let start = geometry.prepareOffset(slot: geometry.slot(of: op + 1))
      ranges.append(start..<start + UInt64(geometry.messageSize))
    }
    return ranges + blocks
  }

  private func blocksNotNeeded(_ copy: any Storage) -> [Range<UInt64>]? {
    var ranges: [Range<UInt64>] = []
    var address: UInt64 = 1
    while address <= ground.blockCount {
      let first = address
      while address <= ground.blockCount, [.free, .released].contains(ground.use(of: address)) { address += 1 }
      if first < address {
        ranges.append(ground.range(of: first).lowerBound..<ground.range(of: address - 1).upperBound)
      }
      guard ranges.count < DrillInjector.rangesMax else { return nil }
      address += 1
    }
    let end = max(base.byteCount, copy.byteCount)
    let behind = geometry.fileSize(blockCount: ground.blockCount)
    return behind < end ? ranges + [behind..<end] : ranges
  }
}
