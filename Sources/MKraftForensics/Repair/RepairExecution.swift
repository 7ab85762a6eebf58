internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// Carries out the changes of an undo log on a file, forwards or back.
///
///     log on disk -> mark behind every superblock copy -> changes -> verification -> marks gone
///
/// As long as one mark stands no replica starts on the file. At every point in between each atom of a change is what it was or what
/// it is to be, so that the way forward and the way back are both open, again and again.
struct RepairExecution {
  enum Direction { case forward, backward }

  private let storage: any Storage
  let log: UndoLog
  private let writer: AlignedWriter
  let geometry: Geometry
  /// The longest that a superblock of the file says it is, bytes.
  private let namedSize: UInt64

  /// Bytes of an atom: what a power cut leaves whole.
  private static let atom: UInt64 = 512

  init(_ storage: any Storage, _ log: UndoLog, _ geometry: Geometry, namedSize: UInt64) {
    self.storage = storage
    self.log = log
    self.geometry = geometry
    self.namedSize = namedSize
    writer = AlignedWriter(storage)
  }

  // MARK: The mark

  /// The places of the marks, whose bytes are changed last.
  private var places: [Range<UInt64>] { (0..<Superblock.copyCount).map { geometry.repairMarkRange(copy: $0) } }

  private func isMark(_ entry: UndoLog.Entry) -> Bool { places.contains { $0.lowerBound == entry.offset } }

  /// Writes the mark behind every copy that is in the file.
  func mark(logPath: String) throws(RepairError) {
    guard logPath.utf8.count <= RepairMark.pathLimit else { throw .pathTooLong(limit: RepairMark.pathLimit) }
    for place in places where place.upperBound <= storage.byteCount {
      let mark = RepairMark(
        fileID: log.header.fileID, log: log.header.checksum, plan: log.header.plan, sequence: log.header.sequence,
        offset: place.lowerBound, path: logPath)
      try writer.write(mark.encoded, at: place.lowerBound)
    }
  }

  /// Gives the places of the marks the bytes that belong there; with the last one the repair is over.
  func unmark(_ direction: Direction) throws(RepairError) {
    var marked: [UndoLog.Entry] = []
    // A power cut may have come before all marks were there, and what stood in their places is to change as well.
    for entry in log.entries where isMark(entry) {
      if try holdsMark(entry.offset) { marked.append(entry) } else { try write(entry, direction) }
    }
    for entry in marked { try write(entry, direction) }
    try settleLength(direction)
  }

  private func holdsMark(_ offset: UInt64) throws(RepairError) -> Bool {
    let bytes = try read(RepairMark.byteCount, at: offset)
    return RepairMark(decoding: bytes.rawSpan, at: offset) != nil
  }

  // MARK: Changes

  /// Writes all changes but those at the marks, as long as `isInterrupted` says no before each of them. The marks stand.
  func run(_ direction: Direction, _ isInterrupted: () -> Bool) throws(RepairError) {
    let length = direction == .forward ? log.header.sizeAfter : log.header.sizeBefore
    if storage.byteCount < length {
      try check(isInterrupted)
      try resize(to: length)
    }
    for entry in log.entries where !isMark(entry) {
      try check(isInterrupted)
      try write(entry, direction)
    }
    try settleLength(direction)
  }

  private func check(_ isInterrupted: () -> Bool) throws(RepairError) {
    if isInterrupted() { throw .interrupted(.marked) }
  }

  private func settleLength(_ direction: Direction) throws(RepairError) {
    let length = direction == .forward ? log.header.sizeAfter : log.header.sizeBefore
    if storage.byteCount != length { try resize(to: length) }
  }

  private func write(_ entry: UndoLog.Entry, _ direction: Direction) throws(RepairError) {
    let bytes = try log.bytes(of: entry, after: direction == .forward)
    guard !bytes.isEmpty, try read(bytes.count, at: entry.offset) != bytes else { return }
    try writer.write(bytes, at: entry.offset)
  }

  private func resize(to length: UInt64) throws(RepairError) {
    do throws(StorageError) { try storage.resize(to: length) } catch { throw .storage(error) }
  }

  /// Bytes of the file; fewer at its end.
  private func read(_ count: Int, at offset: UInt64) throws(RepairError) -> [UInt8] {
    guard count > 0 else { return [] }
    let buffer = IOBuffer(byteCount: count)
    do throws(StorageError) {
      let found = try storage.read(count, at: offset, into: buffer)
      return [UInt8](copying: buffer.bytes.extracting(0..<found))
    } catch { throw .storage(error) }
  }

  /// The file as it is to be when the marks are gone.
  func outcome(_ direction: Direction) throws(RepairError) -> OverlayStorage {
    var patches: [OverlayStorage.Patch] = []
    for entry in log.entries where isMark(entry) {
      let bytes = try log.bytes(of: entry, after: direction == .forward)
      patches.append(
        OverlayStorage.Patch(range: entry.offset..<entry.offset + UInt64(bytes.count), content: .bytes(bytes)))
    }
    return OverlayStorage(storage, patches, byteCount: storage.byteCount)
  }

  // MARK: Where it stands

  /// Compares the file with the log.
  /// - Parameter isUnderWay: a mark stands: the file may be anywhere in between, and at the marks it is neither.
  /// - Throws: `movedOn` if some atom is neither what it was nor what it is to be, or the file cannot come from one of the log's
  ///   lengths to the other.
  func progress(isUnderWay: Bool) throws(RepairError) -> RepairProgress {
    // A repair makes a file as long as its superblock says, or cuts off what an undo log may hold. Room for more is never taken.
    let longest = max(log.header.sizeBefore, log.header.sizeAfter)
    guard longest <= max(namedSize, storage.byteCount + RepairPlanner.tailLimit) else {
      throw .movedOn(offset: storage.byteCount)
    }
    var isOld = storage.byteCount == log.header.sizeBefore
    var isNew = storage.byteCount == log.header.sizeAfter
    guard isOld || isNew || isUnderWay else { throw .movedOn(offset: storage.byteCount) }
    for entry in log.entries where !(isUnderWay && isMark(entry)) {
      let (old, new) = (try log.bytes(of: entry, after: false), try log.bytes(of: entry, after: true))
      let found = try read(max(old.count, new.count), at: entry.offset)
      isOld = isOld && found.rawSpan.starts(with: old.rawSpan)
      isNew = isNew && found.rawSpan.starts(with: new.rawSpan)
      try checkAtoms(found, old, new, entry.offset, isUnderWay: isUnderWay)
    }
    return isNew ? .done : isOld ? .notBegun : .partly
  }

  /// Where the file, in which all changes were written, does not hold what was written; nil if it does.
  func misread() throws(RepairError) -> UInt64? {
    guard storage.byteCount == log.header.sizeAfter else { return min(storage.byteCount, log.header.sizeAfter) }
    for entry in log.entries where !isMark(entry) {
      let new = try log.bytes(of: entry, after: true)
      guard try read(new.count, at: entry.offset) == new else { return entry.offset }
    }
    return nil
  }

  private func checkAtoms(
    _ found: [UInt8], _ old: [UInt8], _ new: [UInt8], _ offset: UInt64, isUnderWay: Bool
  ) throws(RepairError) {
    var start = 0
    while start < found.count {
      let position = offset + UInt64(start)
      let end = min(found.count, start + Int(RepairExecution.atom - position % RepairExecution.atom))
      guard matches(found, old, start..<end, isUnderWay) || matches(found, new, start..<end, isUnderWay) else {
        throw .movedOn(offset: position)
      }
      start = end
    }
  }

  /// Whether an atom is that of one of the two states. While a repair is under way the file may be longer than it was in that state,
  /// and then what has come is zero.
  private func matches(_ found: [UInt8], _ bytes: [UInt8], _ range: Range<Int>, _ isUnderWay: Bool) -> Bool {
    let end = min(max(bytes.count, range.lowerBound), range.upperBound)
    let isSame = end == range.lowerBound || found[range.lowerBound..<end] == bytes[range.lowerBound..<end]
    guard isSame else { return false }
    return end == range.upperBound || isUnderWay && found[end..<range.upperBound].allSatisfy { $0 == 0 }
  }
}

/// How far the changes of an undo log have come in its file.
public enum RepairProgress: Sendable, Equatable {
  /// Every byte is as the repair found it.
  case notBegun
  /// The mark stands, or some bytes are old and some new.
  case partly
  /// Every byte is as the repair left it.
  case done
}
