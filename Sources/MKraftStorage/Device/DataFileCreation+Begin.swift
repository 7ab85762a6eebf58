internal import CLinux
internal import Glibc
internal import SystemPackage

extension DataFileCreation {
  private static var mode: mode_t { 0o600 }

  /// Makes the file, without a name if possible and for direct I/O if possible.
  static func begin(_ path: FilePath, _ last: FilePath.Component, in directory: Int32, unnamed: Bool)
    throws(StorageError) -> (FileStorage, temporaryName: FilePath?)
  {
    do throws(Errno) {
      // A file without a name can be named only through /proc.
      if unnamed, (try? Stat(FilePath("/proc/self/fd")).type) == .directory {
        for direct in [true, false] {
          if let storage = try storage(".", path, in: directory, clinux_o_tmpfile, direct: direct) {
            return (storage, nil)
          }
        }
      }
      for attempt in 0..<temporaryNamesMax {
        let suffix = attempt == 0 ? "" : ".\(attempt)"
        let name = FilePath(".\(last.string).\(getpid())\(suffix).tmp")
        if let storage = try named(name, path, in: directory) { return (storage, name) }
      }
      throw .fileExists
    } catch {
      throw StorageError(.open, path, cause: .errno(error))
    }
  }

  private static func named(_ name: FilePath, _ path: FilePath, in directory: Int32) throws(Errno) -> FileStorage? {
    for direct in [true, false] {
      do throws(Errno) {
        let flags = O_CREAT | O_EXCL | O_NOFOLLOW
        if let storage = try storage(name, path, in: directory, flags, direct: direct) { return storage }
      } catch {
        guard error == .fileExists else { throw error }
        return nil
      }
      // Some filesystems make the file before they refuse direct I/O on it.
      try? SystemCalls.unlink(name, in: directory)
    }
    throw .invalidArgument
  }

  /// Makes the file; nil if the filesystem cannot do it in this way.
  private static func storage(
    _ name: FilePath, _ path: FilePath, in directory: Int32, _ flags: Int32, direct: Bool
  ) throws(Errno) -> FileStorage? {
    let descriptor: Int32
    do throws(Errno) {
      let flags = O_RDWR | flags | (direct ? clinux_o_direct : 0)
      descriptor = try SystemCalls.open(name, in: directory, flags, mode: mode)
    } catch {
      // A kernel or filesystem that does not know O_TMPFILE takes it for an attempt to write to a directory.
      guard [.invalidArgument, .notSupportedOnSocket, .isDirectory].contains(error) else { throw error }
      return nil
    }
    guard direct else {
      return FileStorage(descriptor, path, .cached, directAlignment: FileStorage.unknownAlignment)
    }
    if let alignment = FileStorage.alignment(descriptor) {
      return FileStorage(descriptor, path, .direct, directAlignment: alignment)
    }
    SystemCalls.close(descriptor)
    return nil
  }
}
