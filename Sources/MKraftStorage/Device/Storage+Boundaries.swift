internal import MKraftFormat

/// The boundaries that a scan for superblocks looks at (rule R10), without those behind which there is only a hole.
extension Storage {
  /// The first boundary of zones from `boundary` on, itself one, that may be followed by anything but zeros before the next; nil if
  /// there is none. Neither a superblock nor a mark of a repair is all zero, and neither reaches beyond the next boundary.
  package func nextBoundary(from boundary: UInt64) -> UInt64? {
    guard let data = nextData(from: boundary) else { return nil }
    return max(boundary, data / Geometry.zoneAlignment * Geometry.zoneAlignment)
  }
}
