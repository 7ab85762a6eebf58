internal import MKraftFormat
public import MKraftStorage

/// Why an undo log is not to be used. Nothing was written because of it.
public enum UndoLogDefect: Error, Sendable, Equatable {
  case notALog
  /// It ends before its records do.
  case incomplete
  /// A record is damaged, or not the one that belongs there.
  case recordDamaged(index: Int)
}

extension UndoLogDefect {
  public var words: String {
    switch self {
    case .notALog: "its header is damaged, or it is no undo log"
    case .incomplete: "it ends before its last record"
    case .recordDamaged(let index): "record \(index) is damaged"
    }
  }
}

/// The changes of a repair, old bytes and new, as they stand in a file of their own: enough to finish the repair or to take it
/// back, without the plan and without its sources. Memory: 32 bytes a change.
public struct UndoLog: Sendable {
  /// Most changes in a log.
  static let recordLimit = 1 << 21

  /// Where a change stands in the log, and what it is about.
  struct Entry: Sendable {
    let position: UInt64
    let offset: UInt64
    let oldSize: Int
    let newSize: Int
  }

  let header: UndoLogHeader
  let entries: [Entry]
  let storage: any Storage

  /// The data file that it belongs to, as it was named when the log was made.
  public var path: String { header.path }

  /// Reads and verifies all of it: every record, and that each follows the one before.
  public init(_ storage: any Storage) throws(RepairError) {
    self.storage = storage
    let buffer = IOBuffer(byteCount: UndoRecordHeader.byteCount + 2 * UndoRecordHeader.sizeLimit)
    _ = try UndoLog.read(storage, UndoLogHeader.byteCount, at: 0, buffer)
    guard let header = UndoLogHeader(decoding: buffer.bytes), header.recordCount <= UInt64(UndoLog.recordLimit) else {
      throw .log(.notALog)
    }
    guard header.logSize <= storage.byteCount else { throw .log(.incomplete) }
    var entries: [Entry] = []
    var previous = header.plan
    var position = UInt64(UndoLogHeader.byteCount)
    for index in 0..<Int(header.recordCount) {
      guard try UndoLog.read(storage, UndoRecordHeader.byteCount, at: position, buffer) == UndoRecordHeader.byteCount,
        let record = UndoRecordHeader(decoding: buffer.bytes), record.previous == previous
      else { throw .log(.recordDamaged(index: index)) }
      guard position + UInt64(record.recordSize) <= header.logSize else { throw .log(.incomplete) }
      _ = try UndoLog.read(storage, record.recordSize, at: position, buffer)
      guard record.seals(buffer.bytes.extracting(0..<record.recordSize)) else {
        throw .log(.recordDamaged(index: index))
      }
      entries.append(
        Entry(
          position: position, offset: record.offset, oldSize: Int(record.oldSize), newSize: Int(record.newSize)))
      previous = record.checksum
      position += UInt64(record.recordSize)
    }
    guard previous == header.lastRecord, position == header.logSize else { throw .log(.incomplete) }
    self.header = header
    self.entries = entries
  }

  /// The bytes of a change: those before it, or those after it.
  func bytes(of entry: Entry, after isAfter: Bool) throws(RepairError) -> [UInt8] {
    let count = isAfter ? entry.newSize : entry.oldSize
    guard count > 0 else { return [] }
    let start = entry.position + UInt64(UndoRecordHeader.byteCount) + (isAfter ? UInt64(entry.oldSize) : 0)
    let buffer = IOBuffer(byteCount: count)
    guard try UndoLog.read(storage, count, at: start, buffer) == count else { throw .log(.incomplete) }
    return [UInt8](copying: buffer.bytes)
  }

  private static func read(
    _ storage: any Storage, _ count: Int, at offset: UInt64, _ buffer: IOBuffer
  ) throws(RepairError) -> Int {
    do throws(StorageError) { return try storage.read(count, at: offset, into: buffer) } catch {
      throw .storage(error)
    }
  }
}
