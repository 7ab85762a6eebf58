internal import MKraftFormat
internal import MKraftOutput
public import MKraftStorage

/// A plan, with what it follows from and what it leads to.
public struct RepairPlanning: Sendable {
  public let plan: RepairPlan
  /// The file as it is.
  public let before: VerificationReport
  /// The file as it would be.
  public let after: VerificationReport
  /// Findings more serious than notes that stay, worst first.
  public let declined: [RepairDeclined]
  /// What could be done if its risk were allowed.
  public let withheld: [RepairAction]
  /// The file itself.
  public let file: any Storage
  let donors: [RepairDonor]
  /// The file as it would be.
  let result: OverlayStorage
}

/// Plans the repair of a file: what of it can be brought back, provably, from the file alone and from other files. It writes
/// nothing.
public enum RepairPlanner {
  /// Rounds of verifying what the file would be; each brings back what the one before has proven.
  static let roundsMax = 64
  /// Times a plan is made again without what turned out not to help.
  static let attemptsMax = 8
  /// Bytes behind a file's end that are cut off at most: the undo log has to hold them.
  static let tailLimit: UInt64 = 16 << 20
  /// Findings answered in one round: as many as there are blocks that something refers to, blocks that nothing is known to refer to
  /// (which are worse, and would leave no room for the others), slots and replies in the lists of one verification.
  static let findingsLimit = 4 * GridIntake.listMax

  /// Why there is no plan at all.
  public enum Refusal: Error, Sendable, Equatable {
    /// No superblock tells what state the file is in; the verification says why.
    case noSuperblock
    /// A repair was begun and is not finished.
    case inProgress(log: String)
    /// The file uses a feature that this release may read only.
    case readOnly
  }

  /// - Parameters:
  ///   - options: for the verifications; scope and limits are set here.
  ///   - allowed: ways that are not safe and may be used all the same.
  public static func plan(
    _ storage: any Storage, _ before: VerificationReport, donors: [RepairDonor] = [],
    allowing allowed: Set<RepairMethod> = [], _ options: Verification.Options = Verification.Options()
  ) throws(Refusal) -> RepairPlanning {
    if let mark = before.mark { throw .inProgress(log: mark.path) }
    guard let superblock = before.superblockDecision.chosen else { throw .noSuperblock }
    guard !before.superblockDecision.isReadOnly else { throw .readOnly }
    var options = self.options(options)
    options.isLive = false
    var draft = RepairDraft(storage, superblock, donors, allowed: allowed)
    for _ in 0..<attemptsMax {
      let after = complete(&draft, before, options)
      guard let next = revised(draft, before, after) else { return finish(draft, before, after) }
      draft = next
    }
    // Nothing that could be agreed on: better no change than one that is not understood.
    return finish(RepairDraft(storage, superblock, donors, allowed: allowed), before, before)
  }

  /// What a verification for a plan has to be made with.
  public static func options(_ options: Verification.Options) -> Verification.Options {
    var options = options
    options.scope = .everything
    options.findingsLimit = findingsLimit
    return options
  }

  private static func complete(
    _ draft: inout RepairDraft, _ before: VerificationReport, _ options: Verification.Options
  ) -> VerificationReport {
    var report = before
    for _ in 0..<roundsMax where draft.answer(report) { report = Verification.run(draft.overlay, options) }
    return report
  }

  /// The draft to begin again with, if something in this one does not do what it is for; nil if all is well.
  private static func revised(
    _ draft: RepairDraft, _ before: VerificationReport, _ after: VerificationReport
  ) -> RepairDraft? {
    var next = RepairDraft(draft.base, draft.superblock, draft.donors, allowed: draft.allowed)
    next.banned = draft.banned
    next.mayExtend = draft.mayExtend
    // Zeros where something that matters was cut off would hide that the rest of the file may still be somewhere.
    if draft.byteCount > before.byteCount, holdsDamage(after, before.byteCount..<draft.byteCount) {
      next.mayExtend = false
      return next
    }
    let failed = draft.changes.map(\.action).filter { !helps($0, before, after) }
    if !failed.isEmpty {
      next.banned.formUnion(failed.map(RepairDraft.Key.init))
      return next
    }
    guard !keepsLog(before, after) else { return nil }
    let ofLog = draft.changes.map(\.action).filter { $0.slot != nil && $0.method.isOfLog }
    guard !ofLog.isEmpty else { return nil }
    next.banned.formUnion(ofLog.map(RepairDraft.Key.init))
    return next
  }

  private static func holdsDamage(_ report: VerificationReport, _ range: Range<UInt64>) -> Bool {
    report.findings.contains { $0.exitCode > .degraded && ($0.range.map(range.overlaps) ?? false) }
  }

  /// Whether nothing more than a note is left where the change was made. What could not be read was as good as gone before.
  private static func helps(_ action: RepairAction, _ before: VerificationReport, _ after: VerificationReport) -> Bool {
    guard ![.unreadableZeroed, .fileExtended, .fileCut].contains(action.method) else { return true }
    return !after.findings.contains {
      $0.exitCode > .sound && ![.rangeUnreadable, .readUnsteady].contains($0.kind)
        && ($0.range.map(action.range.overlaps) ?? false)
    }
  }

  /// A log is never extended and never shortened: a whole one ends where it ended, and one with damage still reaches as far as it
  /// is known to.
  private static func keepsLog(_ before: VerificationReport, _ after: VerificationReport) -> Bool {
    guard let old = before.journal, let new = after.journal else { return before.journal == nil }
    if old.serves { return new.serves && new.head == old.head }
    return new.provenOp >= old.provenOp && (!new.serves || new.head.op >= old.provenOp)
  }

  /// The superblock copy of an update that was only begun is the one instance of that: it is written over last, as when a replica
  /// starts (rule R9).
  private static func order(_ action: RepairAction) -> (Int, Int, UInt64) {
    (action.method.order, action.finding == .superblockCopyUnacknowledged ? 1 : 0, action.range.lowerBound)
  }

  private static func finish(
    _ draft: RepairDraft, _ before: VerificationReport, _ after: VerificationReport
  ) -> RepairPlanning {
    var subject = RepairPlan.Subject(draft.superblock, byteCount: before.byteCount)
    subject.sizeAfter = draft.byteCount
    let sums = RepairSums(draft)
    let actions = draft.changes.map { sums.completed($0.action) }
      .sorted { order($0) < order($1) }
    let plan = RepairPlan(
      subject: subject, sources: draft.donors.map(\.source), actions: actions,
      needsCopy: before.counts.contains { [.rangeUnreadable, .readUnsteady, .ioUnitTooSmall].contains($0.kind) },
      before: before.verdict.exitCode,
      after: after.verdict.exitCode)
    let declined = after.findings.filter { $0.exitCode > .sound }
      .map { RepairDeclined(finding: $0, reason: reason($0, draft)) }
    return RepairPlanning(
      plan: plan, before: before, after: after, declined: declined, withheld: draft.withheld, file: draft.base,
      donors: draft.donors, result: draft.overlay)
  }

  /// Why nothing is done about a finding.
  private static func reason(_ finding: Finding, _ draft: RepairDraft) -> String {
    switch finding.kind {
    case .walPrepareCorrupt, .walPrepareMissing, .walEntryLost, .walEntryUnexpected, .walEntriesDisagree,
      .checkpointDamaged, .blockCorrupt, .blockUnexpected, .replyLost:
      return draft.donors.isEmpty
        ? "its checksum is known; name a file that may hold it, with --backup or --peer"
        : "none of the sources holds it with the checksum that is expected"
    case .walEntryUnknown, .walHeadUndecidable, .blockUnknown:
      return "nothing tells what stood there, so that no copy can be proven to be the right one"
    case .walChainBroken, .blockInconsistent, .treeInconsistent, .treeMiscounted, .checkpointInconsistent,
      .superblockRolledBack, .replyAhead:
      return "what stands there is whole and contradicts the rest: which is right cannot be told from bytes"
    case .superblockCopyUnacknowledged, .superblockCopyMisdirected:
      return "it shows that the log had gone further than what is left of it, and may be all that shows it"
    case .gapNotZero: return "a whole structure stands there, which may be missing elsewhere; allow gap-evidence-zeroed"
    case .fileTruncated: return "what was cut off mattered; zeros in its place would hide that"
    case .ioUnitTooSmall:
      return "no byte of the file is wrong; apply the plan to a copy on a device that writes smaller units"
    case .blockUnusedDamaged:
      return "nothing refers to it any more, so that nothing names what stood there; it will be overwritten"
    case .blockReplacedDamaged: return "the log replaces what it holds when the replica starts"
    case .replySlotDamaged: return "the log makes this reply again when the replica starts"
    case .rangeUnreadable, .readUnsteady: return "a medium that fails is never written to; apply the plan to a copy"
    case .fileOverLong: return "the undo log would have to hold more than \(tailLimit) bytes"
    case .walSlotVacantDamaged, .walTailDamaged, .walPrepareUnusedDamaged:
      return draft.isAlone
        ? "first what forbids to start is to be settled" : "one replica of several must ask the others"
    default: return "nothing can be done about it that is certain to be right"
    }
  }
}

extension RepairMethod {
  /// Ways are written in the order of the table.
  var order: Int { RepairMethod.allCases.firstIndex(of: self) ?? 0 }

  var isOfLog: Bool {
    switch self {
    case .prepareHeaderFromRing, .prepareFromSource, .prepareBlanked, .headerFromPrepare, .headerMarkedUnknown: true
    default: false
    }
  }
}
