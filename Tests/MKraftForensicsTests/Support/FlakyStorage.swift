import MKraftStorage
import Synchronization
import SystemPackage

/// A file whose reads end early, or fail the first time.
final class FlakyStorage: Storage {
  private let inner: MemoryStorage
  /// Most bytes that a read gives.
  private let readMax: Int
  private let failing: Mutex<[Range<UInt64>]>

  /// - Parameter failingOnce: ranges of which the first read that touches them fails.
  init(_ inner: MemoryStorage, readMax: Int = .max, failingOnce: [Range<UInt64>] = []) {
    self.inner = inner
    self.readMax = readMax
    failing = Mutex(failingOnce)
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    let asked = offset..<offset + UInt64(count)
    let fails = failing.withLock { failing in
      let before = failing.count
      failing.removeAll { $0.overlaps(asked) }
      return failing.count < before
    }
    if fails {
      throw StorageError(.read, nil, offset: offset, count: UInt64(count), cause: .errno(.ioError))
    }
    return try inner.read(min(count, readMax), at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    try inner.write(count, at: offset, from: buffer, from: start)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try inner.resize(to: byteCount) }
}
