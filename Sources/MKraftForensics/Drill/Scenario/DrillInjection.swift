internal import MKraftFormat
public import MKraftStorage

/// The damage of a scenario to one file: which bytes become what.
public struct DrillInjection: Sendable {
  struct Change: Sendable {
    let range: Range<UInt64>
    /// As many as the range has; nil for zeros.
    let bytes: [UInt8]?
  }

  /// Bytes written at a time.
  private static let chunkByteCount: UInt64 = 1 << 20

  /// What is done, and where.
  public let words: String
  let changes: [Change]
  /// Bytes of the file afterwards.
  let sizeAfter: UInt64

  /// Bytes that are changed or cut off.
  public func byteCount(of base: any Storage) -> UInt64 {
    ranges(of: base).reduce(0) { $0 + UInt64($1.count) }
  }

  /// What is changed or cut off.
  public func ranges(of base: any Storage) -> [Range<UInt64>] {
    changes.map(\.range) + (sizeAfter < base.byteCount ? [sizeAfter..<base.byteCount] : [])
  }

  /// The file as it is to be: `base` with the damage.
  public func damaged(_ base: any Storage) -> any Storage {
    let patches = changes.map {
      OverlayStorage.Patch(range: $0.range, content: $0.bytes.map { .bytes($0) } ?? .zeros)
    }
    return OverlayStorage(base, patches, byteCount: sizeAfter)
  }

  /// Does the damage to a copy of the file. Whoever calls sees to it that it is one.
  public func inject(into copy: any Storage) throws(RepairError) {
    let writer = AlignedWriter(copy)
    for change in changes {
      if let bytes = change.bytes {
        try writer.write(bytes, at: change.range.lowerBound)
        continue
      }
      for start in stride(from: change.range.lowerBound, to: change.range.upperBound, by: Int(Self.chunkByteCount)) {
        let count = min(change.range.upperBound - start, Self.chunkByteCount)
        try writer.write([UInt8](repeating: 0, count: Int(count)), at: start)
      }
    }
    guard copy.byteCount != sizeAfter else { return }
    do throws(StorageError) { try copy.resize(to: sizeAfter) } catch { throw .storage(error) }
  }
}
