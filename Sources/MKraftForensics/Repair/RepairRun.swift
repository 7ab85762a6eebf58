internal import MKraftFormat
internal import MKraftOutput
public import MKraftStorage

/// Repairs a file in place, and takes repairs back. Whoever calls holds the file's lock.
public enum RepairRun {
  /// Carries out what a log holds: marks the file, changes it, verifies it, and takes the marks away.
  ///
  /// With a report to compare with, everything is taken back if the file is not then found as planned. Without one the bytes written
  /// decide: if they read back as they were written, a verdict that is not the log's comes from bytes that the log does not speak
  /// of, which is no fault of this repair.
  /// - Parameters:
  ///   - path: of the log, for the mark to name; at most `RepairMark.pathLimit` bytes.
  ///   - expected: the verification's report on the planned state, if that was made just now.
  ///   - isInterrupted: asked before every write, and while the file is verified.
  /// - Returns: the report on the file as it is left.
  public static func carryOut(
    _ log: UndoLog, on file: any Storage, logPath path: String, expecting expected: VerificationReport? = nil,
    _ options: Verification.Options = Verification.Options(), isInterrupted: () -> Bool = { false }
  ) throws(RepairError) -> VerificationReport {
    let execution = try execution(log, on: file)
    guard RepairMarkScan.find(file, execution.geometry) == nil else { throw .otherLog }
    try checkSuperblock(log, file)
    guard try execution.progress(isUnderWay: false) == .notBegun else { throw .movedOn(offset: 0) }
    guard !isInterrupted() else { throw .interrupted(.notBegun) }
    try execution.mark(logPath: path)
    do throws(RepairError) { try execution.run(.forward, isInterrupted) } catch {
      // No room for a longer file, or bytes that cannot be read: then the way back is open. After a failed write nothing more is
      // written (rule R2).
      guard case .storage(let cause) = error, cause.operation == .resize || cause.operation == .read else {
        throw error
      }
      try takeBack(execution, "\(cause)", isInterrupted)
      throw .undone(reason: "\(cause)")
    }
    let report = try verify(execution, options, isInterrupted)
    if let offset = try execution.misread() {
      let reason = "the bytes written at \(offset) read back otherwise"
      try takeBack(execution, reason, isInterrupted)
      throw .undone(reason: reason)
    }
    if let expected, let reason = difference(report, from: expected) {
      try takeBack(execution, reason, isInterrupted)
      throw .notAsPlanned(reason: reason)
    }
    try execution.unmark(.forward)
    return report
  }

  /// Finishes a repair that was interrupted. It is done when its bytes are there, whatever was damaged elsewhere meanwhile.
  /// - Throws: `misread` if the bytes written read back otherwise: the marks stay, and the way back is open.
  public static func resume(
    _ log: UndoLog, on file: any Storage, _ options: Verification.Options = Verification.Options(),
    isInterrupted: () -> Bool = { false }
  ) throws(RepairError) -> VerificationReport {
    let execution = try marked(log, on: file)
    try execution.run(.forward, isInterrupted)
    let report = try verify(execution, options, isInterrupted)
    if let offset = try execution.misread() { throw .misread(offset: offset) }
    try execution.unmark(.forward)
    return report
  }

  /// Takes back a repair that was interrupted.
  public static func takeBack(
    _ log: UndoLog, on file: any Storage, isInterrupted: () -> Bool = { false }
  ) throws(RepairError) {
    let execution = try marked(log, on: file)
    try execution.run(.backward, isInterrupted)
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
    let copies = survey.copies.compactMap(\.valid).filter { $0.fileID == log.header.fileID }
    guard let one = copies.first else { throw .otherLog }
    try log.check(one.geometry)
    let named = copies.map(\.checkpoint.storageSize).max() ?? 0
    return RepairExecution(file, log, one.geometry, namedSize: named)
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
    _ execution: RepairExecution, _ options: Verification.Options, _ isInterrupted: () -> Bool
  ) throws(RepairError) -> VerificationReport {
    let options = RepairPlanner.options(options)
    let report = Verification.run(try execution.outcome(.forward), options) { _, _ in
      if isInterrupted() { options.budget.interrupt() }
    }
    guard report.stop != .interrupted else { throw .interrupted(.unverified) }
    return report
  }

  /// In what a file is not as planned; nil if it is.
  private static func difference(_ report: VerificationReport, from expected: VerificationReport) -> String? {
    if let found = report.findings.first(where: { !expected.findings.contains($0) }) {
      return "\(found.kind.name) at \(found.place) was not to be there"
    }
    return report.verdict == expected.verdict ? nil : "the verdict is not the one of the plan"
  }

  private static func takeBack(
    _ execution: RepairExecution, _ reason: String, _ isInterrupted: () -> Bool
  ) throws(RepairError) {
    do throws(RepairError) {
      try execution.run(.backward, isInterrupted)
      try execution.unmark(.backward)
    } catch {
      if case .interrupted = error { throw error }
      throw .notUndone(reason: "\(reason); \(error.words)")
    }
  }
}
