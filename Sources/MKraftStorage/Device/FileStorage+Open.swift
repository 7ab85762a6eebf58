internal import CLinux
internal import Glibc
public import SystemPackage

extension FileStorage {
  /// Opens the regular file at `path`, following symbolic links.
  ///
  /// If the filesystem refuses direct I/O the page cache is used, and `readMode` says so; a replica's writes are durable on
  /// return all the same.
  public static func open(_ path: FilePath, for access: Access) throws(OpenError) -> FileStorage {
    // Looked at before it is opened, since opening a device can have effects and opening a FIFO can wait for ever.
    try checkRegular(path)
    switch access {
    case .reading(cached: true):
      return FileStorage(try descriptor(path, O_RDONLY), path, .cached, directAlignment: unknownAlignment)
    case .reading(cached: false):
      return try open(path, O_RDONLY, orElse: .droppedBehind)
    case .replica:
      let storage = try open(path, O_RDWR | O_DSYNC, orElse: .cached)
      try storage.lock()
      return storage
    }
  }

  /// What is assumed of a device that does not tell its alignment.
  static var unknownAlignment: Int { 4096 }

  /// The alignment for direct I/O on an open file; nil if it does not support direct I/O, or not with our buffers.
  static func alignment(_ descriptor: Int32) -> Int? {
    let found = clinux_direct_alignment(descriptor)
    guard found.known != 0 else { return unknownAlignment }
    let alignment = Int(max(found.memory, found.offset))
    guard found.offset > 0, alignment <= IOBuffer.alignmentMax, alignment & (alignment - 1) == 0 else { return nil }
    return max(alignment, 512)
  }

  private static func open(_ path: FilePath, _ flags: Int32, orElse fallback: ReadMode) throws(OpenError) -> FileStorage
  {
    do throws(OpenError) {
      let direct = try descriptor(path, flags | clinux_o_direct)
      if let alignment = alignment(direct) {
        return FileStorage(direct, path, .direct, directAlignment: alignment)
      }
      SystemCalls.close(direct)
    } catch {
      guard error.reason == .other(.invalidArgument) else { throw error }
    }
    return FileStorage(try descriptor(path, flags), path, fallback, directAlignment: unknownAlignment)
  }

  /// Opens and looks again, for the name may have got another file in between.
  private static func descriptor(_ path: FilePath, _ flags: Int32) throws(OpenError) -> Int32 {
    do throws(Errno) {
      let descriptor = try SystemCalls.open(path, flags | O_NONBLOCK | O_NOCTTY)
      if let type = try? Stat(FileDescriptor(rawValue: descriptor)).type, type == .regular { return descriptor }
      SystemCalls.close(descriptor)
    } catch {
      throw OpenError(path, reason(for: error, at: path))
    }
    try checkRegular(path)
    throw OpenError(path, .other(.resourceBusy))
  }

  private static func checkRegular(_ path: FilePath) throws(OpenError) {
    let type: FileType
    do throws(Errno) {
      type = try Stat(path).type
    } catch {
      throw OpenError(path, reason(for: error, at: path))
    }
    if let reason = irregularity(of: type) { throw OpenError(path, reason) }
  }

  /// Why a file of this type is refused; nil for a regular file.
  private static func irregularity(of type: FileType) -> OpenError.Reason? {
    switch type {
    case .regular: nil
    case .directory: .directory
    case .fifo: .fifo
    case .socket: .socket
    case .blockSpecial: .blockDevice
    case .characterSpecial: .characterDevice
    default: .other(.invalidArgument)
    }
  }

  private static func reason(for error: Errno, at path: FilePath) -> OpenError.Reason {
    switch error {
    case .noSuchFileOrDirectory: isLink(path) ? .danglingLink : .missing
    case .permissionDenied, .notPermitted: .permissionDenied
    case .readOnlyFileSystem: .readOnlyFilesystem
    case .tooManySymbolicLinkLevels: .symlinkLoop
    case .fileNameTooLong: .nameTooLong
    case .isDirectory: .directory
    default: .other(error)
    }
  }

  private static func isLink(_ path: FilePath) -> Bool {
    (try? Stat(path, followTargetSymlink: false).type) == .symbolicLink
  }

  private func lock() throws(OpenError) {
    do throws(Errno) {
      try SystemCalls.lockExclusively(descriptor)
    } catch {
      guard error == .wouldBlock else { throw OpenError(path, .other(error)) }
      throw OpenError(path, .locked(holder: LockHolder.find(descriptor)))
    }
  }
}
