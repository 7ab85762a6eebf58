import MKraftFormat
import MKraftStorage
import Synchronization

/// A file whose superblock is updated whenever copy 0 is read.
final class RestlessStorage: Storage {
  private let file: Mutex<SampleFile>
  private let inner: MemoryStorage

  init(_ file: sending SampleFile) {
    inner = file.storage
    self.file = Mutex(file)
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    if offset == 0 { file.withLock { $0.update { _ in } } }
    return try inner.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    try inner.write(count, at: offset, from: buffer, from: start)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try inner.resize(to: byteCount) }
}
