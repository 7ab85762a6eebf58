internal import Glibc
public import SystemPackage

/// A data file in the making, which gets its name only when it is whole (rule R22).
///
/// Until `commit` the file has no name (`O_TMPFILE`), so that a crash leaves nothing at all; where the filesystem cannot do
/// that it has a hidden temporary one. An object that goes without `commit` leaves nothing either. Its mode is 0600.
public final class DataFileCreation {
  /// How many temporary names are tried. They are taken only by files that a crash of a process with our number left.
  static let temporaryNamesMax = 16

  /// The file to write. What is written is durable after `commit` or `storage.sync()`, not before: many writes of a whole file
  /// are much quicker that way.
  public let storage: FileStorage
  /// The name the file will get.
  public let path: FilePath
  /// The name it has until then, nil if it has none.
  package let temporaryName: FilePath?
  private let name: FilePath
  private let directory: Int32
  private var committed = false

  /// Begins a file at `path`, whose directory must exist.
  ///
  /// Fails at once if the name is taken, even by a symbolic link that leads to nothing. `unnamed` false is for tests of the
  /// temporary name.
  public convenience init(_ path: FilePath) throws(StorageError) {
    try self.init(path, unnamed: true)
  }

  package init(_ path: FilePath, unnamed: Bool) throws(StorageError) {
    guard let last = path.lastComponent, last.kind == .regular else {
      throw StorageError(.open, path, cause: .errno(.isDirectory))
    }
    self.path = path
    name = FilePath(root: nil, CollectionOfOne(last))
    let parent = path.removingLastComponent()
    do throws(Errno) {
      directory = try SystemCalls.open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY)
    } catch {
      throw StorageError(.open, parent, cause: .errno(error))
    }
    do throws(StorageError) {
      try Self.checkFree(path)
      (storage, temporaryName) = try Self.begin(path, last, in: directory, unnamed: unnamed)
    } catch {
      SystemCalls.close(directory)
      throw error
    }
  }

  deinit {
    if !committed { removeTemporaryName() }
    SystemCalls.close(directory)
  }

  /// Reserves space for the first `byteCount` bytes and makes the file so long.
  ///
  /// Throws `unsupported` if the filesystem cannot reserve, and an error with `isOutOfSpace` if there is no room. What is
  /// reserved is worth nothing on a copy-on-write filesystem, and the first write to it is slow (rule R2).
  public func preallocate(_ byteCount: UInt64) throws(StorageError) {
    do throws(Errno) {
      try SystemCalls.allocate(storage.descriptor, byteCount)
    } catch {
      let cause: StorageError.Cause = error == .notSupportedOnSocket ? .unsupported : .errno(error)
      throw StorageError(.resize, path, count: byteCount, cause: cause)
    }
  }

  /// Makes the contents durable, then gives the file its name, then makes the name durable.
  ///
  /// Nothing is ever replaced: throws `exists` if the name has been taken meanwhile. After an error of the last step the whole
  /// file stands under its name, but a power cut might take the name away. To be called once.
  public func commit() throws(StorageError) {
    precondition(!committed, "a data file is committed once")
    try storage.sync()
    do throws(Errno) {
      if let temporaryName {
        try SystemCalls.link(temporaryName, to: name, in: directory)
      } else {
        try SystemCalls.link(storage.descriptor, to: name, in: directory)
      }
    } catch {
      throw StorageError(.link, path, cause: error == .fileExists ? .exists : .errno(error))
    }
    removeTemporaryName()
    committed = true
    do throws(Errno) {
      try SystemCalls.sync(directory)
    } catch {
      throw StorageError(.sync, path.removingLastComponent(), cause: .errno(error))
    }
  }

  private func removeTemporaryName() {
    guard let temporaryName else { return }
    // If this fails a hidden file is left, and nothing better can be done than to leave it.
    try? SystemCalls.unlink(temporaryName, in: directory)
  }

  /// Only to fail early: the link at the end is what guarantees it.
  private static func checkFree(_ path: FilePath) throws(StorageError) {
    do throws(Errno) {
      _ = try Stat(path, followTargetSymlink: false)
    } catch {
      guard error != .noSuchFileOrDirectory else { return }
      throw StorageError(.open, path, cause: .errno(error))
    }
    throw StorageError(.open, path, cause: .exists)
  }
}
