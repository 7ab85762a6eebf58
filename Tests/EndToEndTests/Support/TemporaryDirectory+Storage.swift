import MKraftFormat
import MKraftStorage
import SystemPackage

extension TemporaryDirectory {
  private static let chunkSize = 1 << 20

  /// Writes a file with what a device in memory holds.
  func file(_ name: String, holding storage: MemoryStorage) throws -> FilePath {
    var bytes = [UInt8](repeating: 0, count: Int(storage.byteCount))
    let chunk = IOBuffer(byteCount: Self.chunkSize)
    for start in stride(from: 0, to: bytes.count, by: chunk.byteCount) {
      let count = try storage.read(chunk.byteCount, at: UInt64(start), into: chunk)
      bytes.replaceSubrange(start..<start + count, with: [UInt8](copying: chunk.bytes.extracting(0..<count)))
    }
    return try file(name, bytes)
  }
}

extension MemoryStorage {
  /// A device that holds what a file does.
  convenience init(holding path: FilePath) throws {
    let bytes = try readAll(path)
    self.init(byteCount: UInt64(bytes.count))
    let buffer = IOBuffer(byteCount: (bytes.count + 4095) / 4096 * 4096)
    buffer.copy(from: bytes.span)
    replace(at: 0, with: buffer)
    try resize(to: UInt64(bytes.count))
  }
}
