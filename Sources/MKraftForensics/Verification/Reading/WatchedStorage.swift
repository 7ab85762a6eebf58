internal import MKraftStorage
internal import Synchronization

/// A file as one thread of a scan reads it: reads that failed are remembered, so that whoever asked need not know which bytes it
/// were.
final class WatchedStorage: Storage {
  private let inner: any Storage
  private let failed = Mutex<[Range<UInt64>]>([])

  init(_ inner: any Storage) { self.inner = inner }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func nextData(from offset: UInt64) -> UInt64? { inner.nextData(from: offset) }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    do throws(StorageError) {
      return try inner.read(count, at: offset, into: buffer, from: start)
    } catch {
      failed.withLock { $0.append(offset..<offset + UInt64(count)) }
      throw error
    }
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    throw StorageError(.write, nil, offset: offset, count: UInt64(count), cause: .unsupported)
  }

  func resize(to byteCount: UInt64) throws(StorageError) {
    throw StorageError(.resize, nil, count: byteCount, cause: .unsupported)
  }

  /// What became of the reads that failed since the last call, looked at again unit by unit.
  func takeFailures(unit: Int) -> ReadFailures {
    let ranges = failed.withLock { failed in
      defer { failed = [] }
      return failed
    }
    return ranges.isEmpty ? ReadFailures() : ReadFailures(ranges, of: inner, unit: unit)
  }
}
