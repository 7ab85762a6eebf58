internal import Synchronization

/// The writes of a plan, shared by the threads that make them: each takes the next one until none is left or one has failed.
final class FormatWork: Sendable {
  private let writes: FormatWrites
  private let storage: any Storage
  private let next = Atomic<Int>(0)
  private let done = Atomic<UInt64>(0)
  private let failure = Mutex<StorageError?>(nil)

  init(_ writes: FormatWrites, on storage: any Storage) {
    self.writes = writes
    self.storage = storage
  }

  /// Makes writes until none is left. `progress` gets the bytes that all threads have written.
  func run(progress: (UInt64) -> Void) {
    let buffer = IOBuffer(byteCount: writes.byteCountMax, alignment: IOBuffer.alignmentMax)
    while failure.withLock({ $0 == nil }) {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < writes.count else { return }
      let write = writes[index]
      writes.fill(buffer, for: write)
      do throws(StorageError) {
        try storage.write(write.byteCount, at: writes.offset(of: write), from: buffer)
      } catch {
        failure.withLock { if $0 == nil { $0 = error } }
        return
      }
      progress(done.wrappingAdd(UInt64(write.byteCount), ordering: .relaxed).newValue)
    }
  }

  /// To be asked when all threads are through.
  func finish() throws(StorageError) {
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
