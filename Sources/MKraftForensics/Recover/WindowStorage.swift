internal import MKraftFormat
internal import MKraftStorage

/// A part of a file as a file of its own.
final class WindowStorage: Storage {
  private let base: any Storage
  private let start: UInt64
  private let limit: UInt64

  /// - Parameter limit: bytes of the part at most.
  init(_ base: any Storage, from start: UInt64, limit: UInt64 = .max) {
    self.base = base
    self.start = start
    self.limit = limit
  }

  var byteCount: UInt64 { min(limit, base.byteCount > start ? base.byteCount - start : 0) }
  var directAlignment: Int { base.directAlignment }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from first: Int) throws(StorageError) -> Int {
    let end = byteCount
    let inside = offset < end ? Int(min(UInt64(count), end - offset)) : 0
    guard inside > 0 else {
      buffer.zero(first..<first + count)
      return 0
    }
    let found = try base.read(inside, at: start + offset, into: buffer, from: first)
    buffer.zero(first + found..<first + count)
    return found
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from first: Int) throws(StorageError) {
    try base.write(count, at: start + offset, from: buffer, from: first)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try base.resize(to: start + byteCount) }
}
