internal import Synchronization
internal import SystemPackage

extension MemoryStorage {
  /// The most writes in flight at once.
  public static let inFlightMax = 4096

  /// The writes that were submitted and are not complete, in the order of submission.
  public var inFlight: [InFlightWrite] { state.withLock { $0.inFlight } }

  /// Takes a write of `count` bytes from `start` of `buffer`, which may be changed afterwards.
  ///
  /// Until it is complete reads see what was there before. No two writes in flight may touch the same atom: what a power cut left
  /// there would depend on their order, which a device does not promise.
  public func submit(
    _ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int = 0
  ) throws(StorageError) -> WriteToken {
    precondition(count > 0 && start >= 0 && count <= buffer.byteCount - start, "a write ends inside its buffer")
    precondition(
      count % directAlignment == 0 && offset % UInt64(directAlignment) == 0, "a write is a multiple of the alignment")
    func failed(_ cause: StorageError.Cause) -> StorageError {
      StorageError(.write, nil, offset: offset, count: UInt64(count), cause: cause)
    }
    guard offset <= Self.byteCountMax - UInt64(count) else { throw failed(.errno(.fileTooLarge)) }
    return try state.withLock { state throws(StorageError) in
      guard state.hasPower else { throw failed(.powerLost) }
      let range = offset..<offset + UInt64(count)
      precondition(state.inFlight.count < Self.inFlightMax, "too many writes in flight")
      precondition(!state.inFlight.contains { $0.range.overlaps(range) }, "two writes in flight touch the same atom")
      let bytes = IOBuffer(byteCount: count, alignment: 16)
      bytes.copy(from: buffer, range: start..<start + count, at: 0)
      let token = WriteToken(number: state.nextToken)
      state.nextToken += 1
      state.inFlight.append(
        InFlightWrite(token: token, offset: offset, count: count, bytes: bytes, isLost: state.losesNextWrite))
      state.losesNextWrite = false
      return token
    }
  }

  /// Makes a write in flight durable and visible.
  ///
  /// If it touches a range that cannot be written it fails, and has changed nothing. If the power fails it stays in flight.
  public func complete(_ token: WriteToken) throws(StorageError) {
    try state.withLock { state throws(StorageError) in
      guard let index = state.inFlight.firstIndex(where: { $0.token == token }) else {
        preconditionFailure("a write is completed once")
      }
      let write = state.inFlight[index]
      func failed(_ cause: StorageError.Cause) -> StorageError {
        StorageError(.write, nil, offset: write.offset, count: UInt64(write.count), cause: cause)
      }
      if let left = state.writesUntilPowerFails {
        if left == 0 { state.hasPower = false }
        state.writesUntilPowerFails = max(0, left - 1)
      }
      guard state.hasPower else { throw failed(.powerLost) }
      state.inFlight.remove(at: index)
      if let fault = state.unwritable.first(where: { $0.range.overlaps(write.range) }) {
        throw failed(.errno(fault.errno))
      }
      if !write.isLost { state.put(write.range, write.bytes, from: 0) }
    }
  }
}

extension MemoryStorage.State {
  /// Changes contents as a device does: what could not be read can be once it is written.
  mutating func put(_ range: Range<UInt64>, _ bytes: IOBuffer, from start: Int) {
    contents.write(range, from: bytes, from: start)
    guard !unreadable.isEmpty else { return }
    unreadable = unreadable.flatMap { fault -> [MemoryStorage.Fault] in
      guard fault.healsWhenWritten, fault.range.overlaps(range) else { return [fault] }
      let before = fault.range.lowerBound..<max(fault.range.lowerBound, range.lowerBound)
      let after = min(fault.range.upperBound, range.upperBound)..<fault.range.upperBound
      return [before, after].filter { !$0.isEmpty }.map { part in
        MemoryStorage.Fault(range: part, errno: fault.errno, healsWhenWritten: true)
      }
    }
  }
}
