internal import CLinux
internal import Glibc
internal import SystemPackage

/// The system calls on files that this module makes, each returning its result or the error number. The only place where
/// memory is handed to the kernel.
enum SystemCalls {
  /// How often a call that a signal interrupted is made again before the interruption is reported as an error.
  static let interruptionsMax = 100

  static func open(_ path: FilePath, _ flags: Int32) throws(Errno) -> Int32 {
    try retrying { unsafe path.withPlatformString { unsafe Glibc.open($0, flags | O_CLOEXEC) } }
  }

  static func open(_ path: FilePath, in directory: Int32, _ flags: Int32, mode: mode_t) throws(Errno) -> Int32 {
    try retrying { unsafe path.withPlatformString { unsafe Glibc.openat(directory, $0, flags | O_CLOEXEC, mode) } }
  }

  static func close(_ descriptor: Int32) {
    // Nothing is ever left in the kernel for close to write, so its error would tell nothing.
    _ = Glibc.close(descriptor)
  }

  /// Reads once. A range that the kernel cannot express lies beyond the end of any data file.
  static func read(_ descriptor: Int32, _ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int)
    throws(Errno) -> Int
  {
    guard let position = off_t(exactly: offset), position <= off_t.max - off_t(count) else { return 0 }
    return try retrying { unsafe Glibc.pread(descriptor, buffer.memory(count, from: start), count, position) }
  }

  /// Writes once.
  static func write(_ descriptor: Int32, _ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int)
    throws(Errno) -> Int
  {
    guard let position = off_t(exactly: offset) else { throw .fileTooLarge }
    return try retrying { unsafe Glibc.pwrite(descriptor, buffer.memory(count, from: start), count, position) }
  }

  /// Writes the parts one after the other, in one write of the device, once.
  static func write(_ descriptor: Int32, _ parts: [WritePart], at offset: UInt64) throws(Errno) -> Int {
    guard let position = off_t(exactly: offset) else { throw .fileTooLarge }
    let vectors = unsafe parts.map {
      unsafe iovec(iov_base: $0.buffer.memory($0.count, from: 0), iov_len: $0.count)
    }
    return try retrying {
      unsafe vectors.withUnsafeBufferPointer {
        unsafe Glibc.pwritev(descriptor, $0.baseAddress, Int32($0.count), position)
      }
    }
  }

  static func sync(_ descriptor: Int32) throws(Errno) {
    // Not retried after an interruption: the second call could succeed although the first one lost data.
    guard Glibc.fsync(descriptor) == 0 else { throw Errno(rawValue: errno) }
  }

  static func truncate(_ descriptor: Int32, to byteCount: UInt64) throws(Errno) {
    guard let length = off_t(exactly: byteCount) else { throw .fileTooLarge }
    _ = try retrying { Int(Glibc.ftruncate(descriptor, length)) }
  }

  /// Reserves space for the first `byteCount` bytes and lengthens the file to them.
  static func allocate(_ descriptor: Int32, _ byteCount: UInt64) throws(Errno) {
    guard let length = Int64(exactly: byteCount) else { throw .fileTooLarge }
    try retryingNumbered { clinux_allocate(descriptor, length) }
  }

  static func lockExclusively(_ descriptor: Int32) throws(Errno) {
    try retryingNumbered { clinux_lock(descriptor) }
  }

  /// Whether another open file has been locked with `lockExclusively`; takes no lock.
  static func isLocked(_ descriptor: Int32) -> Bool { clinux_is_locked(descriptor) != 0 }

  /// Lets the page cache forget what was read, as far as nobody has changed it.
  static func dropFromCache(_ descriptor: Int32, _ count: Int, at offset: UInt64) {
    guard let position = off_t(exactly: offset) else { return }
    // Only advice: if the kernel does not take it, memory is used and nothing is wrong.
    _ = Glibc.posix_fadvise(descriptor, position, off_t(count), POSIX_FADV_DONTNEED)
  }

  /// Gives the open file `descriptor`, which may have no name, a name that nothing has yet.
  static func link(_ descriptor: Int32, to name: FilePath, in directory: Int32) throws(Errno) {
    let file = FilePath("/proc/self/fd/\(descriptor)")
    try link(file, in: AT_FDCWD, to: name, in: directory, clinux_at_symlink_follow)
  }

  /// Gives the file `old` a second name that nothing has yet.
  static func link(_ old: FilePath, to name: FilePath, in directory: Int32) throws(Errno) {
    try link(old, in: directory, to: name, in: directory, 0)
  }

  static func unlink(_ name: FilePath, in directory: Int32) throws(Errno) {
    _ = try retrying { unsafe name.withPlatformString { unsafe Glibc.unlinkat(directory, $0, 0) } }
  }

  private static func link(
    _ old: FilePath, in oldDirectory: Int32, to new: FilePath, in newDirectory: Int32, _ flags: Int32
  ) throws(Errno) {
    _ = try retrying {
      unsafe old.withPlatformString { old in
        unsafe new.withPlatformString { new in unsafe Glibc.linkat(oldDirectory, old, newDirectory, new, flags) }
      }
    }
  }

  private static func retrying<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    for _ in 0..<interruptionsMax {
      let result = call()
      if result >= 0 { return result }
      let error = Errno(rawValue: errno)
      guard error == .interrupted else { throw error }
    }
    throw .interrupted
  }

  /// For calls that return 0 or the error number.
  private static func retryingNumbered(_ call: () -> Int32) throws(Errno) {
    for _ in 0..<interruptionsMax {
      let error = Errno(rawValue: call())
      if error.rawValue == 0 { return }
      guard error == .interrupted else { throw error }
    }
    throw .interrupted
  }
}
