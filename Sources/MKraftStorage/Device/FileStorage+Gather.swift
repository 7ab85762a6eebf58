internal import SystemPackage

extension FileStorage {
  /// One write of the device for all parts: each costs it, and the flush that makes it durable, as much as the others
  /// together.
  public func write(_ parts: [WritePart], at offset: UInt64) throws(StorageError) {
    guard parts.count > 1 else {
      for part in parts { try write(part.count, at: offset, from: part.buffer) }
      return
    }
    var done = try gather(parts, at: offset)
    // What a short write has left out is written part by part, which reports why it stopped.
    var position = offset
    for part in parts {
      if done < part.count { try write(part.count, at: position, from: part.buffer) }
      done = max(0, done - part.count)
      position += UInt64(part.count)
    }
  }

  private func gather(_ parts: [WritePart], at offset: UInt64) throws(StorageError) -> Int {
    let count = parts.reduce(0) { $0 + $1.count }
    func failed(_ cause: StorageError.Cause) -> StorageError {
      StorageError(.write, path, offset: offset, count: UInt64(count), cause: cause)
    }
    guard !offset.addingReportingOverflow(UInt64(count)).overflow else { throw failed(.errno(.fileTooLarge)) }
    guard readMode != .direct || parts.allSatisfy({ isAligned($0.count, offset, $0.buffer, 0) }) else {
      throw failed(.misaligned(alignment: directAlignment))
    }
    do throws(Errno) {
      return try SystemCalls.write(descriptor, parts, at: offset)
    } catch {
      throw failed(.errno(error))
    }
  }
}
