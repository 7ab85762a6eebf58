internal import MKraftFormat
public import MKraftStorage

/// Writes the repaired file beside the damaged one, which stays as it is.
public enum RepairCopy {
  private static let chunkByteCount = 1 << 20

  /// Writes the file as it is planned to be, and verifies it. Nobody else knows of it yet.
  /// - Parameters:
  ///   - storage: an empty file.
  ///   - isInterrupted: asked before every write, and while the copy is verified.
  ///   - progress: called with the bytes written.
  /// - Returns: the report on the copy.
  public static func write(
    _ planning: RepairPlanning, to storage: any Storage, isInterrupted: () -> Bool = { false },
    progress: (UInt64) -> Void = { _ in }
  ) throws(RepairError) -> VerificationReport {
    try write(planning.result, expecting: planning.after, to: storage, isInterrupted, progress)
  }

  /// Writes the file as it is: what the plan would change is not changed.
  public static func writeUnchanged(
    _ planning: RepairPlanning, to storage: any Storage, isInterrupted: () -> Bool = { false },
    progress: (UInt64) -> Void = { _ in }
  ) throws(RepairError) -> VerificationReport {
    try write(planning.file, expecting: planning.before, to: storage, isInterrupted, progress)
  }

  private static func write(
    _ source: any Storage, expecting expected: VerificationReport, to storage: any Storage,
    _ isInterrupted: () -> Bool, _ progress: (UInt64) -> Void
  ) throws(RepairError) -> VerificationReport {
    let alignment = UInt64(max(storage.directAlignment, IOBuffer.pageAlignment))
    let buffer = IOBuffer(
      byteCount: max(chunkByteCount, Int(alignment)), alignment: max(IOBuffer.pageAlignment, storage.directAlignment))
    var offset: UInt64 = 0
    while offset < source.byteCount {
      guard !isInterrupted() else { throw .interrupted(.notBegun) }
      do throws(StorageError) {
        let count = try source.read(buffer.byteCount, at: offset, into: buffer)
        let whole = (UInt64(count) + alignment - 1) / alignment * alignment
        try storage.write(Int(whole), at: offset, from: buffer)
        offset += UInt64(count)
      } catch { throw .storage(error) }
      progress(offset)
    }
    do throws(StorageError) {
      if storage.byteCount != source.byteCount { try storage.resize(to: source.byteCount) }
    } catch { throw .storage(error) }
    let options = RepairPlanner.options(Verification.Options())
    let report = Verification.run(storage, options) { _, _ in
      if isInterrupted() { options.budget.interrupt() }
    }
    guard report.stop != .interrupted else { throw .interrupted(.notBegun) }
    // The copy may lie on another device.
    let found = report.findings.first { $0.kind != .ioUnitTooSmall && !expected.findings.contains($0) }
    if let found { throw .undone(reason: "\(found.kind.name) at \(found.place) was not to be there") }
    return report
  }
}
