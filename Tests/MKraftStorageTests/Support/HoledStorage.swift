import MKraftStorage
import Synchronization

/// A device that knows where there is data, and that everything else is a hole; it remembers where it was read.
final class HoledStorage: Storage {
  private let storage: MemoryStorage
  /// In order.
  private let data: [Range<UInt64>]
  private let reads = Mutex<[UInt64]>([])

  init(_ storage: MemoryStorage, data: [Range<UInt64>]) {
    self.storage = storage
    self.data = data
  }

  var byteCount: UInt64 { storage.byteCount }
  var directAlignment: Int { storage.directAlignment }
  var offsets: [UInt64] { reads.withLock { $0 } }

  func nextData(from offset: UInt64) -> UInt64? {
    data.first { $0.upperBound > offset }.map { max(offset, $0.lowerBound) }
  }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    reads.withLock { $0.append(offset) }
    return try storage.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    try storage.write(count, at: offset, from: buffer, from: start)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try storage.resize(to: byteCount) }
}
