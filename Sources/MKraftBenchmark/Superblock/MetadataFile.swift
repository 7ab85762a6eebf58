internal import Glibc
internal import SystemPackage

/// A small file that holds term and vote, replaced whole at each change: what replicas do that have no superblock.
final class MetadataFile {
  /// Bytes written: term, vote, checkpoint, a checksum.
  static let byteCount = 64
  /// Flushes that an update asks for: of the new file, and of the directory.
  static let flushes = 2

  private let path: FilePath
  private let newPath: FilePath
  private let directory: FileDescriptor

  init(in directory: FilePath) throws {
    path = directory.appending(BenchmarkFiles.metadata)
    newPath = directory.appending(BenchmarkFiles.newMetadata)
    self.directory = try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
  }

  deinit {
    for path in [path, newPath] { _ = unsafe path.withPlatformString { unsafe unlink($0) } }
    try? directory.close()
  }

  /// Durable on return: first the bytes under the new name, then the new name as the old one.
  func update(to number: UInt64) throws {
    let file = try FileDescriptor.open(
      newPath, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
    try file.closeAfter {
      let bytes = (0..<MetadataFile.byteCount).map { UInt8(truncatingIfNeeded: number >> UInt64($0 % 8 * 8)) }
      try file.writeAll(bytes)
      try MetadataFile.sync(file)
    }
    let renamed = unsafe newPath.withPlatformString { from in
      unsafe path.withPlatformString { to in unsafe rename(from, to) }
    }
    guard renamed == 0 else { throw Errno(rawValue: errno) }
    try MetadataFile.sync(directory)
  }

  private static func sync(_ descriptor: FileDescriptor) throws(Errno) {
    guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }
}
