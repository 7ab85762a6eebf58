internal import MKraftFormat
internal import MKraftOutput
public import MKraftStorage

/// Repairs a file in place, and takes repairs back. Whoever calls holds the file's lock.
public enum RepairRun {
  // MARK: Logs

  /// Writes the undo log of a plan. It has to be durable before `apply`.
  /// - Parameters:
  ///   - file: the file that the plan was made for.
  ///   - log: an empty one.
  ///   - path: of the file, for the log to name.
  public static func writeLog(
    _ planning: RepairPlanning, of file: any Storage, to log: any Storage, path: String
  ) throws(RepairError) {
    guard !planning.plan.needsCopy else { throw .needsCopy }
    let plan = planning.plan
    var header = UndoLogHeader()
    header.cluster = plan.subject.cluster
    header.fileID = plan.subject.fileID
    header.plan = plan.checksum
    header.superblock = plan.subject.superblock
    header.sequence = plan.subject.sequence
    (header.sizeBefore, header.sizeAfter) = (plan.subject.sizeBefore, plan.subject.sizeAfter)
    (header.exitBefore, header.exitAfter) = (plan.before.rawValue, plan.after.rawValue)
    header.path = path
    var writer = UndoLogWriter(log, header)
    for piece in RepairPieces.of(plan) {
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
  public static func writeReverse(of log: UndoLog, to storage: any Storage, path: String) throws(RepairError) {
    var header = log.header
    (header.sizeBefore, header.sizeAfter) = (header.sizeAfter, header.sizeBefore)
    (header.exitBefore, header.exitAfter) = (header.exitAfter, header.exitBefore)
    header.plan = Checksum.of(Array("undo \(log.header.checksum.hex)".utf8).rawSpan, seed: 0)
    (header.recordCount, header.path) = (0, path)
    var writer = UndoLogWriter(storage, header)
    for entry in log.entries {
      let (old, new) = (try log.bytes(of: entry, after: false), try log.bytes(of: entry, after: true))
      try writer.append(offset: entry.offset, old: new, new: old)
    }
    _ = try writer.finish()
  }

  private static func read(_ range: Range<UInt64>, in storage: any Storage) throws(RepairError) -> [UInt8] {
    let buffer = IOBuffer(byteCount: range.count)
    do throws(StorageError) {
      let count = try storage.read(range.count, at: range.lowerBound, into: buffer)
      return [UInt8](copying: buffer.bytes.extracting(0..<count))
    } catch { throw .storage(error) }
  }

  // MARK: Doing it

  /// Carries out what a log holds: marks the file, changes it, verifies it, and takes the marks away. If the file is then not
  /// found as expected everything is taken back.
  /// - Parameters:
  ///   - path: of the log, for the mark to name; at most `RepairMark.pathLimit` bytes.
  ///   - expected: the verification's report on the planned state; without one only its exit code and the bytes are compared.
  /// - Returns: the report on the file as it is left.
  public static func carryOut(
    _ log: UndoLog, on file: any Storage, logPath path: String, expecting expected: VerificationReport? = nil,
    _ options: Verification.Options = Verification.Options()
  ) throws(RepairError) -> VerificationReport {
    let execution = try execution(log, on: file)
    guard RepairMarkScan.find(file, execution.geometry) == nil else { throw .otherLog }
    try checkSuperblock(log, file)
    guard try execution.progress(isUnderWay: false) == .notBegun else { throw .movedOn(offset: 0) }
    try execution.mark(logPath: path)
    do throws(RepairError) { try execution.run(.forward) } catch {
      // No room for a longer file, or bytes that cannot be read: then the way back is open. After a failed write nothing more is
      // written (rule R2).
      guard case .storage(let cause) = error, cause.operation == .resize || cause.operation == .read else {
        throw error
      }
      try takeBack(execution, "\(cause)")
      throw .undone(reason: "\(cause)")
    }
    let report = try verify(execution, options)
    if let trouble = try trouble(report, expected, execution) {
      try takeBack(execution, trouble)
      throw .undone(reason: trouble)
    }
    try execution.unmark(.forward)
    return report
  }

  /// Finishes a repair that was interrupted.
  /// - Throws: `notUndone` if the file is not found as planned: the marks stay, and the way back is open.
  public static func resume(
    _ log: UndoLog, on file: any Storage, _ options: Verification.Options = Verification.Options()
  ) throws(RepairError) -> VerificationReport {
    let execution = try marked(log, on: file)
    try execution.run(.forward)
    let report = try verify(execution, options)
    if let trouble = try trouble(report, nil, execution) { throw .notUndone(reason: trouble) }
    try execution.unmark(.forward)
    return report
  }

  /// Takes back a repair that was interrupted.
  public static func takeBack(_ log: UndoLog, on file: any Storage) throws(RepairError) {
    let execution = try marked(log, on: file)
    try execution.run(.backward)
    try execution.unmark(.backward)
  }

  /// How far the changes of a log have come in a file.
  public static func progress(_ log: UndoLog, on file: any Storage) throws(RepairError) -> RepairProgress {
    let execution = try execution(log, on: file)
    if let mark = RepairMarkScan.find(file, execution.geometry) {
      guard mark.log == log.header.checksum else { throw .otherLog }
      _ = try execution.progress(isUnderWay: true)
      return .partly
    }
    let progress = try execution.progress(isUnderWay: false)
    if progress == .done { try checkSuperblock(log, file) }
    return progress
  }

  // MARK: Parts

  private static func execution(_ log: UndoLog, on file: any Storage) throws(RepairError) -> RepairExecution {
    let survey = SuperblockSurvey.read(file)
    guard let one = survey.copies.compactMap(\.valid).first(where: { $0.fileID == log.header.fileID }) else {
      throw .otherLog
    }
    return RepairExecution(file, log, one.geometry)
  }

  /// - Throws: unless the file's mark names this log, and the file is somewhere between the log's two states.
  private static func marked(_ log: UndoLog, on file: any Storage) throws(RepairError) -> RepairExecution {
    let execution = try execution(log, on: file)
    guard let mark = RepairMarkScan.find(file, execution.geometry) else { throw .notBegun }
    guard mark.log == log.header.checksum else { throw .otherLog }
    _ = try execution.progress(isUnderWay: true)
    return execution
  }

  private static func checkSuperblock(_ log: UndoLog, _ file: any Storage) throws(RepairError) {
    let chosen = SuperblockDecision(SuperblockSurvey.read(file)).chosen
    guard chosen?.checksum == log.header.superblock, chosen?.sequence == log.header.sequence else {
      throw .superblockMovedOn
    }
  }

  private static func verify(
    _ execution: RepairExecution, _ options: Verification.Options
  ) throws(RepairError) -> VerificationReport {
    Verification.run(try execution.outcome(.forward), RepairPlanner.options(options))
  }

  /// In what the file is not as planned; nil if it is.
  private static func trouble(
    _ report: VerificationReport, _ expected: VerificationReport?, _ execution: RepairExecution
  ) throws(RepairError) -> String? {
    do throws(RepairError) {
      guard try execution.progress(isUnderWay: true, isWritten: true) == .done else {
        return "bytes that were written read back otherwise"
      }
    } catch {
      guard case .movedOn(let offset) = error else { throw error }
      return "the bytes written at \(offset) read back otherwise"
    }
    let code = ExitCode(rawValue: execution.log.header.exitAfter)
    guard let expected else {
      return report.verdict.exitCode == code
        ? nil : "the verdict is \(report.verdict.exitCode.name), the plan says \(code?.name ?? "another")"
    }
    if let found = report.findings.first(where: { !expected.findings.contains($0) }) {
      return "\(found.kind.name) at \(found.place) was not to be there"
    }
    return report.verdict == expected.verdict ? nil : "the verdict is not the one of the plan"
  }

  private static func takeBack(_ execution: RepairExecution, _ reason: String) throws(RepairError) {
    do throws(RepairError) {
      try execution.run(.backward)
      try execution.unmark(.backward)
    } catch { throw .notUndone(reason: "\(reason); \(error.words)") }
  }
}
