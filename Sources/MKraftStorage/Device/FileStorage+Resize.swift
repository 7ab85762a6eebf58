internal import SystemPackage

extension FileStorage {
  public func resize(to byteCount: UInt64) throws(StorageError) {
    do throws(Errno) {
      if byteCount > self.byteCount {
        try grow(to: byteCount)
      } else {
        try SystemCalls.truncate(descriptor, to: byteCount)
      }
    } catch {
      throw StorageError(.resize, path, count: byteCount, cause: .errno(error))
    }
    // The length is not part of any write, so no O_DSYNC has made it durable.
    try sync()
  }

  /// Makes everything written so far durable, and the file's length. Only a file under creation needs it: a replica's writes
  /// are durable already.
  public func sync() throws(StorageError) {
    do throws(Errno) {
      try SystemCalls.sync(descriptor)
    } catch {
      throw StorageError(.sync, path, cause: .errno(error))
    }
  }

  private func grow(to byteCount: UInt64) throws(Errno) {
    do throws(Errno) {
      try SystemCalls.allocate(descriptor, byteCount)
    } catch {
      guard error == .notSupportedOnSocket else { throw error }
      try SystemCalls.truncate(descriptor, to: byteCount)
    }
  }
}
