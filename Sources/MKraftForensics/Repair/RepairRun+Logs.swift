internal import MKraftFormat
internal import MKraftOutput
public import MKraftStorage

/// The logs that repairs are carried out by.
extension RepairRun {
  /// Writes the undo log of a plan. It has to be durable before `apply`.
  /// - Parameters:
  ///   - file: the file that the plan was made for.
  ///   - log: an empty one.
  ///   - path: of the file, for the log to name.
  ///   - isInterrupted: asked between two pieces.
  public static func writeLog(
    _ planning: RepairPlanning, of file: any Storage, to log: any Storage, path: String,
    isInterrupted: () -> Bool = { false }
  ) throws(RepairError) {
    guard !planning.plan.needsCopy else { throw .needsCopy }
    guard path.utf8.count <= UndoLogHeader.pathLimit else { throw .filePathTooLong(limit: UndoLogHeader.pathLimit) }
    let plan = planning.plan
    var header = UndoLogHeader()
    header.cluster = plan.subject.cluster
    header.fileID = plan.subject.fileID
    header.plan = plan.checksum
    header.superblock = plan.subject.superblock
    header.sequence = plan.subject.sequence
    (header.sizeBefore, header.sizeAfter) = (plan.subject.sizeBefore, plan.subject.sizeAfter)
    (header.exitBefore, header.exitAfter) = (plan.before.rawValue, plan.after.rawValue)
    (header.headBefore, header.headAfter) = (head(planning.before), head(planning.after))
    header.path = path
    var writer = UndoLogWriter(log, header)
    for piece in RepairPieces.of(plan) {
      guard !isInterrupted() else { throw .interrupted(.notBegun) }
      let old = try read(piece.range, in: file)
      let new = try read(piece.range, in: planning.result)
      if let expected = piece.expected, Checksum.of(new.rawSpan, seed: 0) != expected {
        throw .sourceChanged(offset: piece.range.lowerBound)
      }
      try writer.append(offset: piece.range.lowerBound, old: old, new: new)
    }
    _ = try writer.finish()
  }

  /// Writes the log of the way back of a repair that was finished: its changes with old and new exchanged.
  public static func writeReverse(
    of log: UndoLog, to storage: any Storage, path: String, isInterrupted: () -> Bool = { false }
  ) throws(RepairError) {
    guard path.utf8.count <= UndoLogHeader.pathLimit else { throw .filePathTooLong(limit: UndoLogHeader.pathLimit) }
    var header = log.header
    (header.sizeBefore, header.sizeAfter) = (header.sizeAfter, header.sizeBefore)
    (header.exitBefore, header.exitAfter) = (header.exitAfter, header.exitBefore)
    (header.headBefore, header.headAfter) = (header.headAfter, header.headBefore)
    header.plan = Checksum.of(Array("undo \(log.header.checksum.hex)".utf8).rawSpan, seed: 0)
    (header.recordCount, header.path) = (0, path)
    var writer = UndoLogWriter(storage, header)
    for entry in log.entries {
      guard !isInterrupted() else { throw .interrupted(.notBegun) }
      let (old, new) = (try log.bytes(of: entry, after: false), try log.bytes(of: entry, after: true))
      try writer.append(offset: entry.offset, old: new, new: old)
    }
    _ = try writer.finish()
  }

  /// Whether a file in which all changes of a log are (`progress` is `done`) is the one that was repaired, or a copy of it as the repair
  /// left it. A copy of another moment can have the same superblock, and what was repaired can be sound in it; its log ends with
  /// another entry.
  /// - Parameter report: on that file, as it is.
  public static func isRepaired(by log: UndoLog, _ report: VerificationReport) -> Bool {
    log.header.headAfter != 0 && log.header.headAfter == head(report)
  }

  /// Checksum of the entry that a file's log ends with; 0 if no superblock tells where its log is.
  private static func head(_ report: VerificationReport) -> UInt128 { report.journal?.head.checksum ?? 0 }

  private static func read(_ range: Range<UInt64>, in storage: any Storage) throws(RepairError) -> [UInt8] {
    let buffer = IOBuffer(byteCount: range.count)
    do throws(StorageError) {
      let count = try storage.read(range.count, at: range.lowerBound, into: buffer)
      return [UInt8](copying: buffer.bytes.extracting(0..<count))
    } catch { throw .storage(error) }
  }
}
