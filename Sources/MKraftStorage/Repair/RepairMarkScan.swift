public import MKraftFormat

/// Looks for the mark of a repair that is not finished: behind every superblock copy, whatever became of the copies.
public enum RepairMarkScan {
  /// The first mark found; one is enough.
  /// - Parameter geometry: tells where the superblock copies lie. Without one every 1 MiB boundary is looked at, as for superblock
  ///   copies (rule R10); but behind no other structure, in whose body a client may have put what looks like a mark.
  public static func find(_ storage: any Storage, _ geometry: Geometry?) -> RepairMark? {
    let buffer = IOBuffer(byteCount: IOBuffer.pageAlignment)
    if let first = read(storage, at: Geometry.repairMarkDistance, buffer) { return first }
    guard let geometry else { return scan(storage, buffer) }
    for copy in 1..<Superblock.copyCount {
      if let mark = read(storage, at: geometry.repairMarkRange(copy: copy).lowerBound, buffer) { return mark }
    }
    return nil
  }

  private static func scan(_ storage: any Storage, _ buffer: IOBuffer) -> RepairMark? {
    let end = min(storage.byteCount, Geometry.gridOffsetMax)
    var next = Geometry.zoneAlignment
    while let boundary = storage.nextBoundary(from: next), boundary < end {
      if let mark = read(storage, at: boundary + Geometry.repairMarkDistance, buffer),
        !holdsOther(storage, at: boundary, buffer)
      {
        return mark
      }
      next = boundary + Geometry.zoneAlignment
    }
    return nil
  }

  /// Whether an entry of the log, a reply or a block begins there: then it is no superblock's place.
  private static func holdsOther(_ storage: any Storage, at offset: UInt64, _ buffer: IOBuffer) -> Bool {
    guard let count = try? storage.read(buffer.byteCount, at: offset, into: buffer), count == buffer.byteCount else {
      return false
    }
    return (try? PrepareHeader(decoding: buffer.bytes)) != nil || (try? ReplyHeader(decoding: buffer.bytes)) != nil
      || (try? BlockHeader(decoding: buffer.bytes)) != nil
  }

  private static func read(_ storage: any Storage, at offset: UInt64, _ buffer: IOBuffer) -> RepairMark? {
    guard let count = try? storage.read(RepairMark.byteCount, at: offset, into: buffer), count == RepairMark.byteCount
    else { return nil }
    return RepairMark(decoding: buffer.bytes, at: offset)
  }
}
