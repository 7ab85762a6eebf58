internal import MKraftFormat
public import SystemPackage

extension DataFileFormatter {
  /// Makes the data file `path`, which must not exist; its directory must. Killed at any point, `path` does not exist.
  ///
  /// - Parameter progress: called on this thread with the bytes written so far, and of how many.
  public static func create(
    _ path: FilePath, _ plan: FormatPlan, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(FormatError) -> FormatResult {
    guard plan.brokenInvariants.isEmpty else { throw .invalid(plan.brokenInvariants) }
    let creation: DataFileCreation
    do { creation = try DataFileCreation(path) } catch { throw .storage(error) }
    let result = try fill(creation, plan, progress)
    do { try creation.commit() } catch { throw .storage(error) }
    return result
  }

  /// Writes everything, so that only the name is missing.
  private static func fill(
    _ creation: DataFileCreation, _ plan: FormatPlan, _ progress: (UInt64, UInt64) -> Void
  ) throws(FormatError) -> FormatResult {
    let storage = creation.storage
    try check(plan, fits: storage)
    let superblock: Superblock
    let isReserved: Bool
    do throws(StorageError) {
      isReserved = try reserve(creation, plan.geometry.fileSizeAtFormat)
      try write(plan, to: storage, progress)
      // The superblocks say that the rest is there, so it must be.
      try storage.sync()
      superblock = try writeSuperblocks(plan, to: storage)
    } catch { throw .storage(error) }
    try checkReadBack(superblock, from: storage)
    return FormatResult(
      superblock: superblock, byteCount: plan.geometry.fileSizeAtFormat, bytesWritten: plan.bytesToWrite,
      space: plan.prewrite ? .written : isReserved ? .reserved : .unreserved,
      copyOnWrite: storage.copyOnWriteFilesystem)
  }

  /// Makes the file as long as it will be; false if the filesystem cannot set the space aside.
  private static func reserve(_ creation: DataFileCreation, _ byteCount: UInt64) throws(StorageError) -> Bool {
    do throws(StorageError) {
      try creation.preallocate(byteCount)
      return true
    } catch {
      guard error.cause == .unsupported else { throw error }
      try creation.storage.resize(to: byteCount)
      return false
    }
  }

  /// Two threads keep a device busy with large writes; small ones wait for the journal of the filesystem, side by side.
  private static func threadCount(_ plan: FormatPlan) -> Int { plan.prewrite ? 2 : 8 }

  private static func write(
    _ plan: FormatPlan, to storage: FileStorage, _ progress: (UInt64, UInt64) -> Void
  ) throws(StorageError) {
    let work = FormatWork(FormatWrites(plan), on: storage)
    let total = plan.bytesToWrite
    // As many as the system gives; without any this thread does all of the work.
    let helpers = (1..<threadCount(plan)).compactMap { _ in WorkerThread { work.run { _ in } } }
    work.run { progress($0, total) }
    for helper in helpers { helper.join() }
    try work.finish()
  }
}
