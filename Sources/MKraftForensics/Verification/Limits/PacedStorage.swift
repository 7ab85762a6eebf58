internal import MKraftStorage

/// A file whose reads are counted, and wait until the budget's rate allows them. It is not written to.
final class PacedStorage: Storage {
  private let inner: any Storage
  private let budget: ScanBudget

  init(_ inner: any Storage, _ budget: ScanBudget) {
    self.inner = inner
    self.budget = budget
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    budget.take(count)
    return try inner.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    throw StorageError(.write, nil, offset: offset, count: UInt64(count), cause: .unsupported)
  }

  func resize(to byteCount: UInt64) throws(StorageError) {
    throw StorageError(.resize, nil, count: byteCount, cause: .unsupported)
  }
}
