internal import SystemPackage

extension FileStorage {
  /// How often a read that ends off alignment before the end of the file is taken up again.
  private static var unevenReadsMax: Int { 100 }

  public func read(
    _ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int
  ) throws(StorageError) -> Int {
    precondition(count >= 0 && start >= 0 && count <= buffer.byteCount - start, "a read ends inside its buffer")
    let transferred =
      if readMode != .direct || isAligned(count, offset, buffer, start) {
        try transfer(count, at: offset, into: buffer, from: start)
      } else {
        try transferUnaligned(count, at: offset, into: buffer, from: start)
      }
    if transferred < count { buffer.zero(start + transferred..<start + count) }
    if readMode == .droppedBehind { SystemCalls.dropFromCache(descriptor, transferred, at: offset) }
    return transferred
  }

  public func write(
    _ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int
  ) throws(StorageError) {
    precondition(count >= 0 && start >= 0 && count <= buffer.byteCount - start, "a write ends inside its buffer")
    func failed(_ cause: StorageError.Cause) -> StorageError {
      StorageError(.write, path, offset: offset, count: UInt64(count), cause: cause)
    }
    guard readMode != .direct || isAligned(count, offset, buffer, start) else {
      throw failed(.misaligned(alignment: directAlignment))
    }
    var done = 0
    while done < count {
      let position = offset.addingReportingOverflow(UInt64(done))
      guard !position.overflow else { throw failed(.errno(.fileTooLarge)) }
      // The rest after a short write is a write of its own, which reports why it stopped.
      guard readMode != .direct || done % directAlignment == 0 else { throw failed(.shortWrite(transferred: done)) }
      let written: Int
      do throws(Errno) {
        written = try SystemCalls.write(
          descriptor, count - done, at: position.partialValue, from: buffer, from: start + done)
      } catch {
        throw failed(.errno(error))
      }
      guard written > 0 else { throw failed(.shortWrite(transferred: done)) }
      done += written
    }
  }

  /// Reads what the kernel takes as it is.
  private func transfer(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError)
    -> Int
  {
    func failed(_ cause: StorageError.Cause) -> StorageError {
      StorageError(.read, path, offset: offset, count: UInt64(count), cause: cause)
    }
    var done = 0
    var unevenReads = 0
    while done < count {
      let position = offset.addingReportingOverflow(UInt64(done))
      guard !position.overflow else { break }
      let got: Int
      do throws(Errno) {
        got = try SystemCalls.read(
          descriptor, count - done, at: position.partialValue, into: buffer, from: start + done)
      } catch {
        throw failed(.errno(error))
      }
      if got == 0 { break }
      done += got
      guard readMode == .direct, done < count, done % directAlignment != 0 else { continue }
      // Direct I/O stops between two units only where the file ends, or where it ended a moment ago.
      if position.partialValue + UInt64(got) >= byteCount { break }
      unevenReads += 1
      guard unevenReads <= Self.unevenReadsMax else { throw failed(.shortRead(transferred: done)) }
      done -= done % directAlignment
    }
    return done
  }

  /// Reads the aligned range around the one asked for, through a buffer of its own.
  private func transferUnaligned(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int)
    throws(StorageError) -> Int
  {
    let lead = Int(offset % UInt64(directAlignment))
    let wanted = lead + count
    let rounded = (wanted + directAlignment - 1) / directAlignment * directAlignment
    guard rounded > 0 else { return 0 }
    let aligned = IOBuffer(byteCount: rounded, alignment: max(directAlignment, IOBuffer.pageAlignment))
    let got = try transfer(rounded, at: offset - UInt64(lead), into: aligned, from: 0)
    let transferred = max(0, min(got, wanted) - lead)
    buffer.copy(from: aligned, range: lead..<lead + transferred, at: start)
    return transferred
  }

  func isAligned(_ count: Int, _ offset: UInt64, _ buffer: IOBuffer, _ start: Int) -> Bool {
    count % directAlignment == 0 && offset % UInt64(directAlignment) == 0
      && buffer.isAligned(start, to: directAlignment)
  }
}
