import Glibc
import MKraftStorage

/// A file of `fixtures/`, in memory.
enum GoldenFile {
  /// - Returns: nil if there is no such file.
  static func unpacked(_ name: String) -> MemoryStorage? {
    let fixtures = #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/fixtures"
    guard let pipe = unsafe popen("gzip -dc '/\(fixtures)/\(name).mkraft.gz'", "r") else { return nil }
    let storage = MemoryStorage()
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var offset: UInt64 = 0
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, pipe)
      guard count > 0 else { break }
      let buffer = IOBuffer(byteCount: count, alignment: 16)
      buffer.copy(from: chunk.span.extracting(..<count))
      storage.replace(at: offset, with: buffer)
      offset += UInt64(count)
    }
    return unsafe pclose(pipe) == 0 && offset > 0 ? storage : nil
  }
}
