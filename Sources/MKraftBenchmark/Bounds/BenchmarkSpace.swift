package import MKraftFormat

/// The space that a benchmark may take: each of its files, one at a time, stays within it whatever is written to it.
package struct BenchmarkSpace: Sendable {
  /// Less holds no log worth measuring.
  package static let least: UInt64 = 64 << 20
  /// A grid with more is not needed.
  private static let gridMax: UInt64 = 256 << 20
  private static let slotsMax: UInt64 = 16384
  /// Larger rings would take longer to format than to measure.
  private static let ringMax: UInt64 = 256 << 20

  package let byteCount: UInt64

  package init(_ byteCount: UInt64) {
    precondition(byteCount >= BenchmarkSpace.least, "space for the smallest benchmark")
    self.byteCount = byteCount
  }

  /// Bytes of the grid of a file, at most.
  private var gridByteCount: UInt64 { min(byteCount / 4, BenchmarkSpace.gridMax) }

  /// Bytes of all values that clients keep, so that the grid has room for what checkpoints hold twice.
  package var stateByteCount: UInt64 { gridByteCount / 8 }

  /// Slots of a log of such messages that is only written to, at most.
  static func slots(of messageSize: UInt32) -> Int { Int(min(slotsMax, ringMax / UInt64(messageSize))) }

  /// A geometry with as many slots as fit, at most `slotsMax`; nil if none fits.
  package func geometry(
    messageSize: UInt32, sessions: Int, slotsMax: Int = Int(BenchmarkSpace.slotsMax), headroom: UInt32? = nil
  ) -> Geometry? {
    let blockSize = UInt64(Geometry.defaultBlockSize)
    let replies = UInt64(sessions) * UInt64(messageSize)
    // Every zone may be longer by what its end is rounded up to.
    let (fixed, perSlot) = (8 * Geometry.zoneAlignment + replies + gridByteCount, LogSizing.slotByteCount(messageSize))
    guard fixed < byteCount else { return nil }
    let slots = min((byteCount - fixed) / perSlot, UInt64(slotsMax)) / LogSizing.slotUnit * LogSizing.slotUnit
    let geometry = Geometry(
      slotCount: UInt32(slots), messageSize: messageSize, headroom: headroom, sessions: UInt32(sessions),
      gridBlocksMax: gridByteCount / blockSize)
    return geometry.brokenInvariants.isEmpty ? geometry : nil
  }
}
