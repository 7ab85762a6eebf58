import MKraftStorage
import Synchronization

/// A device that remembers what was read of another one.
final class RecordingStorage: Storage {
  private let storage: MemoryStorage
  private let reads = Mutex<[(offset: UInt64, count: Int)]>([])

  init(_ storage: MemoryStorage) { self.storage = storage }

  var byteCount: UInt64 { storage.byteCount }
  var directAlignment: Int { storage.directAlignment }
  var readCount: Int { reads.withLock { $0.count } }
  var end: UInt64 { reads.withLock { reads in reads.map { $0.offset + UInt64($0.count) }.max() ?? 0 } }
  var bytes: Int { reads.withLock { reads in reads.reduce(0) { $0 + $1.count } } }
  var offsets: [UInt64] { reads.withLock { $0.map(\.offset) } }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    reads.withLock { $0.append((offset, count)) }
    return try storage.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    try storage.write(count, at: offset, from: buffer, from: start)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try storage.resize(to: byteCount) }
}
