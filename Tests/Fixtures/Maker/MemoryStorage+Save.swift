internal import MKraftFormat
internal import MKraftStorage
internal import SystemPackage

extension MemoryStorage {
  /// Writes the whole device to a new file.
  func save(to path: FilePath) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try file.closeAfter {
      let buffer = IOBuffer(byteCount: 1 << 20)
      var offset: UInt64 = 0
      while offset < byteCount {
        let count = try read(buffer.byteCount, at: offset, into: buffer)
        _ = try file.writeAll([UInt8](copying: buffer.bytes.extracting(0..<count)))
        offset += UInt64(count)
      }
    }
  }
}
