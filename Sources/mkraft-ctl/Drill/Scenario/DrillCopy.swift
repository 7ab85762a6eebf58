internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// The copy that a drill damages. It is made by the drill, in the drill's own directory, and opened for writing only as long as it is
/// the very file that was made.
struct DrillCopy {
  let path: FilePath
  /// What it was copied from: read only.
  let original: FileStorage
  private let made: FileStamp.Identity

  /// - Parameter progress: called with the bytes copied; throws if the drill is to end.
  init(
    of original: FileStorage, at path: FilePath, progress: (UInt64) -> Void, interruption: DrillInterruption
  ) throws(Failure) {
    self.path = path
    self.original = original
    let isWhole: Bool
    do throws(StorageError) {
      isWhole = try original.copy(to: path) { done in
        progress(done)
        return !interruption.hasCome
      }
    } catch { throw Failure(.cannotCreate, "cannot be copied: \(error)", of: path.string) }
    if !isWhole { try interruption.check() }
    guard let made = try DrillCopy.opened(path, .reading(cached: true)).stamp?.identity,
      let source = original.stamp?.identity, made != source
    else { throw Failure(.internalError, "the copy cannot be told from the file it was made of", of: path.string) }
    self.made = made
  }

  /// The copy, opened to be changed.
  func writable() throws(Failure) -> FileStorage {
    let storage = try DrillCopy.opened(path, .replica)
    precondition(
      storage.stamp?.identity == made && made != original.stamp?.identity,
      "a drill damages only the file that it made itself")
    return storage
  }

  private static func opened(_ path: FilePath, _ access: FileStorage.Access) throws(Failure) -> FileStorage {
    do throws(OpenError) { return try FileStorage.open(path, for: access) } catch { throw Failure(error) }
  }
}
