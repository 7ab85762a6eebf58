internal import Glibc
package import MKraftStorage
package import SystemPackage

/// A file written through the page cache: nothing is durable before `sync`. Good for files that can be made again.
package final class CachedFile: Storage {
  private let path: FilePath
  private let descriptor: FileDescriptor

  package init(_ path: FilePath) throws {
    self.path = path
    descriptor = try FileDescriptor.open(path, .readWrite)
  }

  deinit {
    // What matters was synced before; an error here would tell nothing.
    try? descriptor.close()
  }

  package var directAlignment: Int { 512 }

  package var byteCount: UInt64 {
    guard let end = try? descriptor.seek(offset: 0, from: .end) else { return 0 }
    return UInt64(end)
  }

  package func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int
  {
    var bytes = buffer.mutableBytes
    var done = 0
    while done < count {
      let got: Int
      do {
        got = try unsafe bytes.withUnsafeMutableBytes { memory in
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start + done..<start + count])
          return try unsafe descriptor.read(fromAbsoluteOffset: Int64(offset) + Int64(done), into: rest)
        }
      } catch { throw failure(.read, offset, count, error) }
      if got == 0 { break }
      done += got
    }
    if done < count { buffer.zero(start + done..<start + count) }
    return done
  }

  package func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    do {
      _ = try unsafe buffer.bytes.withUnsafeBytes { memory in
        try unsafe descriptor.writeAll(
          toAbsoluteOffset: Int64(offset), UnsafeRawBufferPointer(rebasing: memory[start..<start + count]))
      }
    } catch { throw failure(.write, offset, count, error) }
  }

  package func resize(to byteCount: UInt64) throws(StorageError) {
    guard ftruncate(descriptor.rawValue, Int(byteCount)) == 0 else {
      throw StorageError(.resize, path, count: byteCount, cause: .errno(Errno(rawValue: errno)))
    }
  }

  package func sync() throws {
    guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  private func failure(
    _ operation: StorageError.Operation, _ offset: UInt64, _ count: Int, _ error: any Error
  ) -> StorageError {
    StorageError(operation, path, offset: offset, count: UInt64(count), cause: .errno(error as? Errno ?? .ioError))
  }
}
