internal import Synchronization
internal import SystemPackage

/// A device in memory for tests and simulation, with the media model of rule R1 and the faults of the fault model.
///
/// The same calls have the same results on every machine. It may be used from several threads, one call after the other.
///
/// `read` and `write` act at once. Beside them stands a queue: `submit` takes a write, which nobody sees until `complete`; what
/// a power cut leaves of the writes in flight is decided atom by atom by `cut`.
public final class MemoryStorage: Storage {
  /// The atom of tearing in bytes: a power cut leaves it old or new.
  public static let atomSize = 512
  /// The longest simulated file in bytes, so that a wrong offset does not fill the memory: page tables of 128 MiB at most.
  public static let byteCountMax: UInt64 = 1 << 36

  public let directAlignment: Int
  let state: Mutex<State>

  /// What the device consists of, apart from the lock.
  struct State: Sendable {
    var contents = SparseBytes()
    var inFlight: [InFlightWrite] = []
    var nextToken: UInt64 = 0
    var unreadable: [Fault] = []
    var unwritable: [Fault] = []
    var losesNextWrite = false
    /// How many more writes are taken before the power fails; nil if it does not fail.
    var writesUntilPowerFails: Int?
    var hasPower = true
  }

  struct Fault: Sendable {
    var range: Range<UInt64>
    var errno: Errno
    var healsWhenWritten: Bool
  }

  /// Makes a device with a file of `byteCount` zeros, whose direct I/O wants multiples of `directAlignment` bytes, a power of
  /// two from 512 to 65536.
  public init(byteCount: UInt64 = 0, directAlignment: Int = MemoryStorage.atomSize) {
    precondition(byteCount <= Self.byteCountMax, "a simulated file has at most byteCountMax bytes")
    precondition(
      directAlignment >= Self.atomSize && directAlignment <= IOBuffer.alignmentMax
        && directAlignment & (directAlignment - 1) == 0, "an alignment is a power of two from 512 to 65536")
    var state = State()
    state.contents.resize(to: byteCount)
    self.directAlignment = directAlignment
    self.state = Mutex(state)
  }

  init(_ state: State, directAlignment: Int) {
    self.directAlignment = directAlignment
    self.state = Mutex(state)
  }

  /// A second device with the same contents, faults and writes in flight. The two share what neither changes, so that this costs
  /// microseconds.
  public func snapshot() -> MemoryStorage {
    MemoryStorage(state.withLock { $0 }, directAlignment: directAlignment)
  }

  public var byteCount: UInt64 { state.withLock { $0.contents.byteCount } }

  public func read(
    _ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int
  ) throws(StorageError) -> Int {
    precondition(count >= 0 && start >= 0 && count <= buffer.byteCount - start, "a read ends inside its buffer")
    func failed(_ cause: StorageError.Cause) -> StorageError {
      StorageError(.read, nil, offset: offset, count: UInt64(count), cause: cause)
    }
    return try state.withLock { state throws(StorageError) in
      guard state.hasPower else { throw failed(.powerLost) }
      let rest = state.contents.byteCount - min(offset, state.contents.byteCount)
      let range = rest == 0 ? 0..<0 : offset..<offset + min(rest, UInt64(count))
      if let fault = state.unreadable.first(where: { $0.range.overlaps(range) }) { throw failed(.errno(fault.errno)) }
      state.contents.read(range, into: buffer, from: start)
      buffer.zero(start + range.count..<start + count)
      return range.count
    }
  }

  public func write(
    _ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int
  ) throws(StorageError) {
    guard count > 0 else { return }
    guard count % directAlignment == 0, offset % UInt64(directAlignment) == 0,
      buffer.isAligned(start, to: directAlignment)
    else {
      throw StorageError(
        .write, nil, offset: offset, count: UInt64(count), cause: .misaligned(alignment: directAlignment))
    }
    try complete(try submit(count, at: offset, from: buffer, from: start))
  }

  public func resize(to byteCount: UInt64) throws(StorageError) {
    func failed(_ cause: StorageError.Cause) -> StorageError {
      StorageError(.resize, nil, count: byteCount, cause: cause)
    }
    guard byteCount <= Self.byteCountMax else { throw failed(.errno(.fileTooLarge)) }
    try state.withLock { state throws(StorageError) in
      guard state.hasPower else { throw failed(.powerLost) }
      let added = state.contents.byteCount..<max(byteCount, state.contents.byteCount)
      if let fault = state.unwritable.first(where: { $0.range.overlaps(added) }) { throw failed(.errno(fault.errno)) }
      state.contents.resize(to: byteCount)
    }
  }
}
