extension Geometry {
  /// Every zone starts on a multiple of this many bytes.
  public static let zoneAlignment: UInt64 = 1 << 20
  /// Upper bound of the offset of the grid over all geometries: what a scan for superblock copies must cover (rule R10).
  public static let gridOffsetMax: UInt64 = {
    let superblocks = 4 * zoneAlignment
    let headers = UInt64(slotCountRange.upperBound) * UInt64(PrepareHeader.byteCount)
    let prepares = UInt64(slotCountRange.upperBound) * UInt64(messageSizeRange.upperBound)
    let replies = UInt64(sessionsRange.upperBound) * UInt64(messageSizeRange.upperBound)
    return superblocks + headers + prepares + replies
  }()

  private static func aligned(_ byteCount: UInt64) -> UInt64 {
    (byteCount + zoneAlignment - 1) / zoneAlignment * zoneAlignment
  }

  /// Bytes of a zone that structures lie in; the rest up to the next zone is a gap of zeros. The grid's is its largest size.
  public func byteCount(of zone: Zone) -> UInt64 {
    switch zone {
    case .superblock0, .superblock1, .superblock2, .superblock3: UInt64(Superblock.byteCount)
    case .walHeaders: UInt64(slotCount) * UInt64(PrepareHeader.byteCount)
    case .walPrepares: UInt64(slotCount) * UInt64(messageSize)
    case .replies: UInt64(sessions) * UInt64(messageSize)
    case .grid: gridBlocksMax * UInt64(blockSize)
    }
  }

  /// Offset of the zone's first byte in the file. The geometry must break no invariant.
  public func offset(of zone: Zone) -> UInt64 {
    var offset: UInt64 = 0
    for each in Zone.allCases {
      if each == zone { return offset }
      offset += Geometry.aligned(byteCount(of: each))
    }
    preconditionFailure("every zone is in the list of zones")
  }

  /// Bytes of a freshly formatted file: up to the grid, which is empty.
  public var fileSizeAtFormat: UInt64 { offset(of: .grid) }

  /// Offset of a slot's header in the header ring.
  public func headerOffset(slot: Int) -> UInt64 {
    precondition((0..<Int(slotCount)).contains(slot), "a slot is below slot_count")
    return offset(of: .walHeaders) + UInt64(slot * PrepareHeader.byteCount)
  }

  /// Offset of a slot in the prepare ring.
  public func prepareOffset(slot: Int) -> UInt64 {
    precondition((0..<Int(slotCount)).contains(slot), "a slot is below slot_count")
    return offset(of: .walPrepares) + UInt64(slot) * UInt64(messageSize)
  }

  /// Offset of a session's reply slot.
  public func replyOffset(slot: Int) -> UInt64 {
    precondition((0..<Int(sessions)).contains(slot), "a reply slot is below sessions")
    return offset(of: .replies) + UInt64(slot) * UInt64(messageSize)
  }

  /// Bytes written for an entry of `size` bytes: whole I/O units, the rest of the last one zero.
  public func bytesOnDisk(size: Int) -> Int {
    (size + Int(ioUnit) - 1) / Int(ioUnit) * Int(ioUnit)
  }

  /// Bytes written for a superblock copy: whole I/O units.
  public var superblockBytesOnDisk: Int { max(Superblock.byteCount, Int(ioUnit)) }
}
