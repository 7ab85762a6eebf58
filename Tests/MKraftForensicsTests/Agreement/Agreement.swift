import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage

/// Whether a verdict is what a started replica really does (section 7 of the design): 0 or 10 if and only if it comes up, knows
/// everything and reaches its next checkpoint; otherwise it refuses or stops, and names the same finding at the same item.
enum Agreement {
  /// Why the two disagree; nil if they do not.
  /// - Parameter storage: the file that both are of.
  static func problem(
    _ report: VerificationReport, _ outcome: StartedReplica, on storage: MemoryStorage
  ) -> String? {
    switch outcome {
    case .comesUp: problemOfOneThatComesUp(report)
    case .refuses(let refusal): problem(report, refusal)
    case .stops(let halt): problem(report, halt, on: storage)
    case .forgets(let what): what
    case .leavesUnusable(let refusal): problemOfOneThatLeavesUnusable(report, refusal)
    }
  }

  private static func problemOfOneThatComesUp(_ report: VerificationReport) -> String? {
    guard report.verdict.exitCode <= .degraded else { return "it comes up" }
    let comesUp = [.serves, .servesAfterRepair].contains(report.verdict.start)
    return comesUp ? nil : "it comes up, and the code says so, but not the verdict on the start"
  }

  /// What it leaves when it has removed everything contradicts itself as the file did before.
  private static func problemOfOneThatLeavesUnusable(
    _ report: VerificationReport, _ refusal: OpeningRefusal
  ) -> String? {
    guard report.verdict.start.stopsAtBlock != nil, report.verdict.exitCode > .degraded else {
      return "no replica starts on what it leaves (\(refusal.name))"
    }
    guard case .checkpoint(let fault) = refusal, case .violates(.treeCounts, _) = fault.defect else {
      return "no replica starts on what it leaves, for another reason (\(refusal.name))"
    }
    return has(report) { $0.kind == .treeMiscounted } ? nil : "no finding is what no replica starts for"
  }

  // MARK: Refusals

  private static func problem(_ report: VerificationReport, _ refusal: OpeningRefusal) -> String? {
    guard report.verdict.start == .refuses(reason: refusal.name), report.verdict.exitCode > .degraded else {
      return "it refuses (\(refusal.name))"
    }
    switch refusal {
    case .superblock(let refusal):
      let kinds: Set<FindingKind> =
        refusal == .notFound
        ? [.superblockNotFound, .notOurFormat, .nothingReadable]
        : [FindingKind(rawValue: refusal.name) ?? .notOurFormat]
      return has(report) { kinds.contains($0.kind) && names($0, refusal) } ? nil : "no finding is what it refuses for"
    case .checkpoint(let fault):
      let kind: FindingKind = if case .block = fault.defect { .checkpointDamaged } else { .checkpointInconsistent }
      return has(report) { $0.kind == kind && ($0.block ?? 0) == fault.address }
        ? nil : "it refuses for block \(fault.address), which is not named"
    case .replyAhead(let reply, _):
      return has(report) { $0.kind == .replyAhead && $0.slot == reply.slot && $0.op == reply.op }
        ? nil : "it misses the op of the reply of slot \(reply.slot)"
    case .repliesLost(let slots):
      let found = report.findings.filter { $0.kind == .replyLost }.compactMap(\.slot)
      return Set(found) == Set(slots) ? nil : "it misses the replies of slots \(slots)"
    case .journal(let decision):
      let found = report.findings.filter { $0.kind.isLostEntry }.compactMap(\.op)
      return Set(found) == Set(decision.faults.map(\.op)) ? nil : "it misses ops \(decision.faults.map(\.op))"
    case .repairInProgress, .readOnlyFeatures, .otherMembers, .truncated, .ioUnitTooSmall:
      return has(report) { $0.kind.name == refusal.name } ? nil : "no finding is what it refuses for"
    }
  }

  private static func names(_ finding: Finding, _ refusal: SuperblockDecision.Refusal) -> Bool {
    switch refusal {
    case .copyAhead(let copy, _, _), .notLinked(let copy, _, _): finding.copy == copy
    default: true
    }
  }

  private static func has(_ report: VerificationReport, _ isIt: (Finding) -> Bool) -> Bool {
    report.findings.contains(where: isIt)
  }

  // MARK: Halts

  private static func problem(
    _ report: VerificationReport, _ halt: ReplicaHalt, on storage: MemoryStorage
  ) -> String? {
    if case .numbersExhausted = halt {
      let isNamed = report.verdict.start == .refuses(reason: FindingKind.numbersExhausted.name)
      return isNamed && has(report) { $0.kind == .numbersExhausted } ? nil : "it stops: \(halt)"
    }
    guard report.verdict.start.stopsAtBlock != nil, report.verdict.exitCode > .degraded else {
      return "it stops: \(halt)"
    }
    guard let superblock = report.superblock, let named = HaltFinding.of(halt, superblock, on: storage) else {
      return "it stops for what no finding is about: \(halt)"
    }
    // The tree's root, which is another block after each change.
    if named.actual == .text(Invariant.treeCounts.name) {
      return has(report) { $0.kind == named.kind && $0.actual == named.actual } ? nil : "no finding is of the counts"
    }
    return has(report) { $0.kind == named.kind && $0.block == named.block }
      ? nil : "it stops at \(named.kind.name), \(named.place), which was not found"
  }
}

extension FindingKind {
  /// Whether a replica does not start because of it, among those of the log.
  fileprivate var isLostEntry: Bool {
    switch self {
    case .walPrepareCorrupt, .walPrepareMissing, .walEntriesDisagree, .walEntryLost, .walEntryUnknown,
      .walEntryUnexpected, .walHeadUndecidable, .walChainBroken, .superblockRolledBack:
      true
    default: false
    }
  }
}
