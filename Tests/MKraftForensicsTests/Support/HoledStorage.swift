import MKraftFormat
import MKraftStorage
import Synchronization

/// A file all of whose pages of zeros are holes; it counts the bytes that are read of it.
final class HoledStorage: Storage {
  private static let pageSize = 4096

  private let inner: MemoryStorage
  /// Offsets of the pages that are not holes, in order.
  private let pages: [UInt64]
  private let taken = Mutex<UInt64>(0)

  init(_ inner: MemoryStorage) {
    self.inner = inner
    let buffer = IOBuffer(byteCount: HoledStorage.pageSize)
    pages = stride(from: 0, to: inner.byteCount, by: HoledStorage.pageSize).filter { offset in
      guard (try? inner.read(HoledStorage.pageSize, at: offset, into: buffer)) != nil else { return true }
      return !buffer.bytes.isZero(0..<HoledStorage.pageSize)
    }
  }

  /// - Parameter pages: offsets of the pages that are not holes, in order.
  init(_ inner: MemoryStorage, pages: [UInt64]) {
    self.inner = inner
    self.pages = pages
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }
  var bytesRead: UInt64 { taken.withLock { $0 } }

  func nextData(from offset: UInt64) -> UInt64? {
    var (low, high) = (0, pages.count)
    while low < high {
      let middle = (low + high) / 2
      if pages[middle] + UInt64(HoledStorage.pageSize) <= offset { low = middle + 1 } else { high = middle }
    }
    return low < pages.count ? max(offset, pages[low]) : nil
  }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    taken.withLock { $0 += UInt64(count) }
    return try inner.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    try inner.write(count, at: offset, from: buffer, from: start)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try inner.resize(to: byteCount) }
}
