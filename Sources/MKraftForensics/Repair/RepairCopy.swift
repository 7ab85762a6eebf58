internal import MKraftFormat
public import MKraftStorage

/// Writes the repaired file beside the damaged one, which stays as it is.
public enum RepairCopy {
  private static let chunkByteCount = 1 << 20

  /// Writes the file as it is planned to be, and verifies it. Nobody else knows of it yet.
  /// - Parameters:
  ///   - storage: an empty file.
  ///   - progress: called with the bytes written.
  /// - Returns: the report on the copy.
  public static func write(
    _ planning: RepairPlanning, to storage: any Storage, progress: (UInt64) -> Void = { _ in }
  ) throws(RepairError) -> VerificationReport {
    let source = planning.result
    let alignment = UInt64(max(storage.directAlignment, IOBuffer.pageAlignment))
    let buffer = IOBuffer(
      byteCount: max(chunkByteCount, Int(alignment)), alignment: max(IOBuffer.pageAlignment, storage.directAlignment))
    do throws(StorageError) {
      var offset: UInt64 = 0
      while offset < source.byteCount {
        let count = try source.read(buffer.byteCount, at: offset, into: buffer)
        let whole = (UInt64(count) + alignment - 1) / alignment * alignment
        try storage.write(Int(whole), at: offset, from: buffer)
        offset += UInt64(count)
        progress(offset)
      }
      if storage.byteCount != source.byteCount { try storage.resize(to: source.byteCount) }
    } catch { throw .storage(error) }
    let report = Verification.run(storage, RepairPlanner.options(Verification.Options()))
    // The copy may lie on another device.
    let found = report.findings.first { $0.kind != .ioUnitTooSmall && !planning.after.findings.contains($0) }
    if let found { throw .undone(reason: "\(found.kind.name) at \(found.place) was not to be there") }
    return report
  }
}
