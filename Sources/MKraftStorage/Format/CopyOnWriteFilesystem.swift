internal import CLinux

/// A filesystem that writes every change to a new place: what was preallocated does not keep room for it (rule R2).
///
/// XFS is not among them, although a file there can share its blocks with another: nothing tells that of a whole filesystem.
public enum CopyOnWriteFilesystem: String, Sendable, CaseIterable {
  case btrfs, zfs, bcachefs

  /// The number by which statfs(2) knows it.
  var magic: UInt32 {
    switch self {
    case .btrfs: 0x9123_683E
    case .zfs: 0x2FC1_2FC1
    case .bcachefs: 0xCA45_1A4E
    }
  }

  init?(magic: UInt32) {
    guard let found = CopyOnWriteFilesystem.allCases.first(where: { $0.magic == magic }) else { return nil }
    self = found
  }
}

extension FileStorage {
  /// The file's filesystem, if it is known to be one that copies on write.
  public var copyOnWriteFilesystem: CopyOnWriteFilesystem? {
    CopyOnWriteFilesystem(magic: clinux_filesystem_magic(descriptor))
  }
}
