import MKraftFormat
import MKraftStorage
import Synchronization

/// A file that becomes another one when it is first read from a certain offset on.
final class TurningStorage: Storage {
  private let now: Mutex<MemoryStorage>
  private let later: MemoryStorage
  /// Offset of the read that turns it, and already gets what is there later.
  private let trigger: UInt64

  init(_ before: MemoryStorage, _ later: MemoryStorage, at trigger: UInt64) {
    now = Mutex(before)
    self.later = later
    self.trigger = trigger
  }

  var byteCount: UInt64 { now.withLock { $0.byteCount } }
  var directAlignment: Int { 512 }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    let storage = now.withLock { now in
      if offset == trigger { now = later }
      return now
    }
    return try storage.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    throw StorageError(.write, nil, offset: offset, count: UInt64(count), cause: .unsupported)
  }

  func resize(to byteCount: UInt64) throws(StorageError) {
    throw StorageError(.resize, nil, count: byteCount, cause: .unsupported)
  }
}
