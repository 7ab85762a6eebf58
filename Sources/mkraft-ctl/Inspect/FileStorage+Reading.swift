internal import MKraftStorage
internal import SystemPackage

extension FileStorage {
  /// Opens a file to look at it: nothing is created, locked or changed. What is no readable regular file is refused with the
  /// exit code that says so.
  /// - Parameter cached: through the page cache, else from the medium where the filesystem allows it.
  static func reading(_ path: FilePath, cached: Bool) throws(Failure) -> FileStorage {
    do {
      return try FileStorage.open(path, for: .reading(cached: cached))
    } catch {
      throw Failure(error)
    }
  }
}
