internal import Glibc

/// Which file an open one is, and when it was last changed: enough to tell that a name leads to the file it led to before, and
/// that nobody has written to it since.
public struct FileStamp: Sendable, Equatable {
  /// The file itself, whatever its name and contents.
  public struct Identity: Sendable, Equatable {
    let device: UInt64
    let inode: UInt64
  }

  public let identity: Identity
  public let byteCount: UInt64
  /// Bytes that it takes on its disk; fewer than `byteCount` if it has holes.
  public let bytesOnDisk: UInt64
  let modifiedSeconds: Int
  let modifiedNanoseconds: Int
}

extension FileStorage {
  /// The file as it is now; nil if the system does not tell.
  public var stamp: FileStamp? {
    var found = stat()
    guard unsafe fstat(descriptor, &found) == 0 else { return nil }
    return FileStamp(
      identity: FileStamp.Identity(device: UInt64(found.st_dev), inode: UInt64(found.st_ino)),
      byteCount: UInt64(max(0, found.st_size)), bytesOnDisk: UInt64(max(0, found.st_blocks)) * 512,
      modifiedSeconds: found.st_mtim.tv_sec, modifiedNanoseconds: found.st_mtim.tv_nsec)
  }
}
