public import MKraftFormat

/// What was made.
public struct FormatResult: Sendable {
  /// What stands behind the file's length.
  public enum Space: String, Sendable {
    /// Zeros were written over the rings and the reply zone.
    case written
    /// The filesystem has set the space aside; first writes are slow.
    case reserved
    /// The filesystem cannot set space aside: the disk may turn out to be full later.
    case unreserved
  }

  public let superblock: Superblock
  /// The file's length, bytes.
  public let byteCount: UInt64
  /// Bytes really written.
  public let bytesWritten: UInt64
  public let space: Space
  /// The filesystem, if it never overwrites in place, so that preallocation is worth nothing (rule R2).
  public let copyOnWrite: CopyOnWriteFilesystem?
}
