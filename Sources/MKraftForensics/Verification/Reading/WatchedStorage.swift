internal import MKraftStorage
internal import Synchronization

/// A file as one thread of a scan reads it: short reads are taken up again, and reads that failed are remembered, so that
/// whoever asked need not know which bytes it were.
final class WatchedStorage: Storage {
  /// How often a read that gives nothing before the end of the file is taken up again.
  private static let emptyReadsMax = 3

  private let inner: any Storage
  private let failed = Mutex<[Range<UInt64>]>([])

  init(_ inner: any Storage) { self.inner = inner }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    do throws(StorageError) {
      let got = try inner.read(count, at: offset, into: buffer, from: start)
      return got == count ? got : try readOn(from: got, count, at: offset, into: buffer, from: start)
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

  /// Reads what a read has left out, up to the end of the file.
  private func readOn(
    from got: Int, _ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int
  ) throws(StorageError) -> Int {
    var got = got
    var emptyReads = 0
    while got < count, offset + UInt64(got) < inner.byteCount {
      let more = try inner.read(count - got, at: offset + UInt64(got), into: buffer, from: start + got)
      got += more
      emptyReads = more == 0 ? emptyReads + 1 : 0
      guard emptyReads < WatchedStorage.emptyReadsMax else {
        throw StorageError(
          .read, nil, offset: offset, count: UInt64(count), cause: .shortRead(transferred: got))
      }
    }
    return got
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
