internal import MKraftStorage

/// A file whose reads are counted, and wait until the budget's rate allows them; one that ends early is taken up again. It is not
/// written to.
final class PacedStorage: Storage {
  /// How often a read that gives nothing before the end of the file is taken up again.
  private static let emptyReadsMax = 3

  let inner: any Storage
  private let budget: ScanBudget

  init(_ inner: any Storage, _ budget: ScanBudget) {
    self.inner = inner
    self.budget = budget
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func nextData(from offset: UInt64) -> UInt64? { inner.nextData(from: offset) }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    budget.take(count)
    let got = try inner.read(count, at: offset, into: buffer, from: start)
    return got == count ? got : try readOn(from: got, count, at: offset, into: buffer, from: start)
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
      guard emptyReads < PacedStorage.emptyReadsMax else {
        throw StorageError(
          .read, nil, offset: offset, count: UInt64(count), cause: .shortRead(transferred: got))
      }
    }
    return got
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    throw StorageError(.write, nil, offset: offset, count: UInt64(count), cause: .unsupported)
  }

  func resize(to byteCount: UInt64) throws(StorageError) {
    throw StorageError(.resize, nil, count: byteCount, cause: .unsupported)
  }
}
