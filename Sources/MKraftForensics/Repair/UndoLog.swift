internal import MKraftFormat
public import MKraftOutput
public import MKraftStorage

/// Why an undo log is not to be used. Nothing was written because of it.
public enum UndoLogDefect: Error, Sendable, Equatable {
  case notALog
  /// It ends before its records do.
  case incomplete
  /// A record is damaged, or not the one that belongs there.
  case recordDamaged(index: Int)
  /// Its last records are not those of the places of the marks: a repair by it would never take its marks away.
  case marksMissing
  /// It would leave a file of so few bytes that the superblock which it names did not fit.
  case tooSmall(byteCount: UInt64)
  /// The bytes of a record are not those that files of the two lengths which the log names have there.
  case outsideTheFile(index: Int)
  /// Two records change the same byte: there is no order in which both could be taken back.
  case recordsOverlap(offset: UInt64)
}

extension UndoLogDefect {
  public var words: String {
    switch self {
    case .notALog: "its header is damaged, or it is no undo log"
    case .incomplete: "it ends before its last record"
    case .recordDamaged(let index): "record \(index) is damaged"
    case .marksMissing: "its last records are not those of the places of the marks"
    case .tooSmall(let byteCount): "a file of \(byteCount) bytes does not hold the superblock that it names"
    case .outsideTheFile(let index): "record \(index) does not fit into files of the lengths that the log names"
    case .recordsOverlap(let offset): "two of its records change the byte at \(offset)"
    }
  }
}

/// The changes of a repair, old bytes and new, as they stand in a file of their own: enough to finish the repair or to take it
/// back, without the plan and without its sources. Memory: 32 bytes a change, and 32 more while it is checked.
public struct UndoLog: Sendable {
  /// Most changes in a log.
  static let recordLimit = 1 << 21

  /// Where a change stands in the log, and what it is about.
  struct Entry: Sendable {
    let position: UInt64
    let offset: UInt64
    let oldSize: Int
    let newSize: Int

    /// The bytes of the data file that it is about, before or after.
    var range: Range<UInt64> { offset..<offset + UInt64(max(oldSize, newSize)) }
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

  /// The exit codes of the verdicts on the data file before the repair and after it; nil if this release knows no such code.
  public var exitBefore: ExitCode? { ExitCode(rawValue: header.exitBefore) }
  public var exitAfter: ExitCode? { ExitCode(rawValue: header.exitAfter) }

  /// Whether it can be a log of a file of this geometry; checksums do not tell, for anybody can make them.
  func check(_ geometry: Geometry) throws(RepairError) {
    let places = (0..<Superblock.copyCount).map { geometry.repairMarkRange(copy: $0) }
    let marks = entries.suffix(places.count)
    let areThere = marks.map(\.offset) == places.map(\.lowerBound)
    guard areThere, marks.allSatisfy({ max($0.oldSize, $0.newSize) <= RepairMark.byteCount }) else {
      throw .log(.marksMissing)
    }
    // A file is opened at a superblock of which two copies stand, and so it was when the repair was planned.
    let least = geometry.offset(of: .superblock(Superblock.openThreshold - 1)) + UInt64(Superblock.byteCount)
    let size = min(header.sizeBefore, header.sizeAfter)
    guard size >= least else { throw .log(.tooSmall(byteCount: size)) }
    try checkPlaces()
  }

  /// Whether every record lies in the file, before or after, and no byte is in two of them. A record holds fewer bytes of one state
  /// than of the other, or of a mark's place than a mark has, only where the file ends in that state.
  private func checkPlaces() throws(RepairError) {
    let firstMark = entries.count - Superblock.copyCount
    for (index, entry) in entries.enumerated() {
      let count = index < firstMark ? UInt64(max(entry.oldSize, entry.newSize)) : UInt64(RepairMark.byteCount)
      func bytes(ofSize size: UInt64) -> UInt64 { size < entry.offset ? 0 : min(count, size - entry.offset) }
      let isInside =
        UInt64(entry.oldSize) == bytes(ofSize: header.sizeBefore)
        && UInt64(entry.newSize) == bytes(ofSize: header.sizeAfter)
      guard isInside else { throw .log(.outsideTheFile(index: index)) }
    }
    let ranges = entries.map(\.range).filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
    for (range, next) in zip(ranges, ranges.dropFirst()) where next.lowerBound < range.upperBound {
      throw .log(.recordsOverlap(offset: next.lowerBound))
    }
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
