internal import MKraftFormat
internal import MKraftStorage

/// A journal whose transfers are over as soon as they are asked for, and the entries that are appended to it.
final class JournalLoad {
  static let entrySize = 4096
  static let unitSize = Int(Geometry.defaultIOUnit)
  static let opsPerPass = 256

  private static let geometry = Geometry(messageSize: UInt32(entrySize))

  private let bodies = Pieces(size: entrySize - PrepareHeader.byteCount, count: 16)
  /// As many as may be under way at once: a replica uses its buffers again and again, too.
  private let buffers = (0..<Int(geometry.pipeline)).map { _ in IOBuffer(byteCount: entrySize) }
  private var entries = EntryMaker()
  private var writer: JournalWriter

  init() {
    let image = JournalImage(geometry: JournalLoad.geometry, cluster: EntryMaker.cluster)
    for slot in 0..<Int(JournalLoad.geometry.slotCount) {
      image.set(.placeholder(.reserved, slot: slot, cluster: EntryMaker.cluster), slot: slot)
    }
    writer = JournalWriter(geometry: JournalLoad.geometry, image: image, head: 0)
    // The first op is 1, and batches are to begin where units of headers do.
    for index in 1..<JournalLoad.geometry.headersPerUnit { append(index..<index + 1) }
  }

  /// Appends entries, so many of them before each write of headers; returns how many were appended and written.
  func pass(batch: Int) -> UInt64 {
    let before = writer.durableOp
    let writesBefore = writer.headerWriteCount
    for first in stride(from: 0, to: JournalLoad.opsPerPass, by: batch) {
      let write = append(first..<first + batch)
      if first + batch == JournalLoad.opsPerPass { check(write) }
    }
    let writes = writer.headerWriteCount - writesBefore
    precondition(writes == UInt64(JournalLoad.opsPerPass / batch), "one write of headers a batch")
    return (writer.durableOp - before) << 32 | writes
  }

  /// Appends the entries of a batch, whose headers lie in one unit, and returns the write of these.
  @discardableResult
  private func append(_ batch: Range<Int>) -> JournalWrite {
    for index in batch { begin(index) }
    for op in writer.durableOp + 1..<writer.lastOp + 1 { writer.prepareDurable(op) }
    guard let write = writer.nextHeaderWrite() else { preconditionFailure("headers are due") }
    writer.headersDurable()
    precondition(writer.durableOp == writer.lastOp, "a batch lies in one unit")
    return write
  }

  private func begin(_ index: Int) {
    let bodies = bodies.buffer
    let size = JournalLoad.entrySize - PrepareHeader.byteCount
    let body = bodies.bytes.extracting(index % 16 * size..<(index % 16 + 1) * size)
    let header = entries.next(body: body)
    let buffer = buffers[index % buffers.count]
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.copy(from: body, at: PrepareHeader.byteCount)
    buffer.zero(Int(header.size)..<JournalLoad.geometry.bytesOnDisk(size: Int(header.size)))
    let write = writer.begin(header, in: buffer)
    precondition(write.count == JournalLoad.entrySize, "the entry is one unit")
  }

  /// The last entry is where it must be: its header in the unit, its bytes in the buffer.
  private func check(_ write: JournalWrite) {
    let op = entries.head.op
    let base = JournalLoad.geometry.slot(of: op) % JournalLoad.geometry.headersPerUnit * PrepareHeader.byteCount
    let unit = write.buffer
    let last = buffers[(JournalLoad.opsPerPass - 1) % buffers.count]
    guard let header = try? PrepareHeader(decoding: unit.bytes.extracting(base..<base + PrepareHeader.byteCount)),
      header.op == op, (try? PrepareHeader(decoding: last.bytes)) == header,
      header.matches(body: last.bytes.extracting(PrepareHeader.byteCount..<Int(header.size)))
    else { preconditionFailure("what was appended can be read") }
  }

  /// Checksums and copies as many bytes.
  func baselinePass(batch: Int, _ target: CopyTarget) -> UInt64 {
    let bodies = bodies.buffer
    let entry = bodies.bytes
    var sum: UInt64 = 0
    for index in 0..<JournalLoad.opsPerPass {
      let start = index % 14 * JournalLoad.entrySize
      let bytes = entry.extracting(start..<start + JournalLoad.entrySize)
      sum &+= UInt64(truncatingIfNeeded: Checksum.of(bytes, as: .prepareBody))
      sum &+= target.copy(bytes)
      if index % batch == 0 {
        sum &+= target.copy(bytes.extracting(0..<JournalLoad.unitSize), at: JournalLoad.entrySize)
      }
    }
    return sum
  }
}
