internal import MKraftFormat
internal import MKraftStorage

/// Writes an undo log from its beginning to its end. The header comes last, so that a log that was cut off is none.
struct UndoLogWriter {
  private let storage: any Storage
  private let buffer: IOBuffer
  private var filled: Int
  /// Bytes of the log before those in the buffer.
  private var written: UInt64 = 0
  private var previous: UInt128
  private var header: UndoLogHeader

  /// - Parameter header: all but what follows from the records.
  init(_ storage: any Storage, _ header: UndoLogHeader) {
    self.storage = storage
    self.header = header
    buffer = IOBuffer(byteCount: 1 << 20, alignment: max(IOBuffer.pageAlignment, storage.directAlignment))
    previous = header.plan
    filled = UndoLogHeader.byteCount
  }

  mutating func append(offset: UInt64, old: [UInt8], new: [UInt8]) throws(RepairError) {
    var record = UndoRecordHeader()
    record.previous = previous
    record.offset = offset
    record.oldSize = UInt32(old.count)
    record.newSize = UInt32(new.count)
    var bytes = [UInt8](repeating: 0, count: UndoRecordHeader.byteCount)
    bytes += old
    bytes += new
    var elements = bytes.mutableSpan
    var span = unsafe elements.mutableBytes
    record.seal(into: &span)
    previous = record.checksum
    header.recordCount += 1
    try append(bytes)
  }

  /// Makes it whole; what was written is durable as far as the storage's writes are.
  mutating func finish() throws(RepairError) -> UndoLogHeader {
    header.lastRecord = previous
    header.logSize = written + UInt64(filled)
    let alignment = max(storage.directAlignment, IOBuffer.pageAlignment)
    let whole = (filled + alignment - 1) / alignment * alignment
    buffer.zero(filled..<whole)
    try flush(whole)
    try AlignedWriter(storage).write(header.encode(), at: 0)
    return header
  }

  private mutating func append(_ bytes: [UInt8]) throws(RepairError) {
    var done = 0
    while done < bytes.count {
      let count = min(bytes.count - done, buffer.byteCount - filled)
      buffer.copy(from: bytes.rawSpan.extracting(done..<done + count), at: filled)
      filled += count
      done += count
      guard filled == buffer.byteCount else { continue }
      try flush(filled)
      written += UInt64(filled)
      filled = 0
    }
  }

  private func flush(_ count: Int) throws(RepairError) {
    guard count > 0 else { return }
    do throws(StorageError) { try storage.write(count, at: written, from: buffer) } catch { throw .storage(error) }
  }
}
