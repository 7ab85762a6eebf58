import MKraftFormat
import MKraftStorage
import Synchronization

/// A file that a replica writes to while it is read: before each read some requests are served, and some transfers completed.
final class BusyStorage: Storage {
  private let run: Mutex<GridRun>
  private let inner: MemoryStorage
  private let stepsPerRead: Int

  init(_ run: sending GridRun, stepsPerRead: Int) {
    inner = run.storage
    self.stepsPerRead = stepsPerRead
    self.run = Mutex(run)
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }
  var checkpointOp: UInt64 { run.withLock { $0.checkpointOp } }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    do { try run.withLock { try $0.step(stepsPerRead) } } catch { preconditionFailure("a replica goes on: \(error)") }
    return try inner.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    preconditionFailure("verification writes nothing")
  }

  func resize(to byteCount: UInt64) throws(StorageError) { preconditionFailure("verification writes nothing") }
}
