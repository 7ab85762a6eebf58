internal import CLinux
internal import Glibc
internal import Synchronization
public import SystemPackage

/// A data file on a filesystem.
///
/// Never mapped into memory: a rotten page would kill the process. Every read and write names its position, so one object can
/// be used by many threads at once, as long as each has its own buffer.
public final class FileStorage: Storage {
  /// What the file is opened for.
  public enum Access: Equatable, Sendable {
    /// To look at it. Nothing is created, locked or changed. `cached` goes through the page cache, which is quicker if the file
    /// is in it already; otherwise what the device holds is read, beside the cache.
    case reading(cached: Bool)
    /// To run a replica on it: every write is durable on return, and nobody else can open it so.
    case replica
  }

  /// How bytes get from the device to the reader.
  public enum ReadMode: String, Sendable {
    /// From the device itself (`O_DIRECT`).
    case direct
    /// Through the page cache: what is read may never have been on the device.
    case cached
    /// Through the page cache, which is told to forget them afterwards, because the filesystem refuses direct I/O.
    case droppedBehind
  }

  public let path: FilePath
  public let readMode: ReadMode
  public let directAlignment: Int
  let descriptor: Int32
  /// The length seen last, for the case that the system cannot tell it any more.
  private let lengthSeen = Atomic<UInt64>(0)

  /// Takes over an open descriptor of a regular file.
  init(_ descriptor: Int32, _ path: FilePath, _ readMode: ReadMode, directAlignment: Int) {
    self.descriptor = descriptor
    self.path = path
    self.readMode = readMode
    self.directAlignment = directAlignment
  }

  deinit {
    SystemCalls.close(descriptor)
  }

  /// The present length of the file in bytes.
  public var byteCount: UInt64 {
    guard let size = try? Stat(FileDescriptor(rawValue: descriptor)).size, size >= 0 else {
      return lengthSeen.load(ordering: .relaxed)
    }
    lengthSeen.store(UInt64(size), ordering: .relaxed)
    return UInt64(size)
  }
}
