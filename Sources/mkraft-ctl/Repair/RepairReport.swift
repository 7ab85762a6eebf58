internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// What became of a file that was to be changed, and the verdict on it.
struct RepairReport {
  static let schema = JSONSchema("mkraft-ctl-repair", version: 1)

  /// Most findings that a page lists of a sort.
  private static let linesMax = 20

  enum Outcome {
    case applied(RepairPlan, log: FilePath)
    case copied(RepairPlan)
    /// A copy was wanted, and there was nothing to repair.
    case copiedUnchanged
    case resumed(log: FilePath)
    /// An interrupted repair was taken back.
    case takenBack(log: FilePath)
    /// A finished one was, which can be taken back in turn.
    case undone(log: FilePath)
    /// There was nothing to do.
    case unchanged

    var name: String {
      switch self {
      case .applied: "applied"
      case .copied: "copied"
      case .copiedUnchanged: "copied-unchanged"
      case .resumed: "resumed"
      case .takenBack: "taken-back"
      case .undone: "undone"
      case .unchanged: "unchanged"
      }
    }

    /// - Parameter isWorse: other bytes of the file were damaged since.
    func words(isWorse: Bool) -> String {
      let bytes = isWorse ? "every byte that it wrote" : "every byte"
      return switch self {
      case .applied: "repaired, and verified again:"
      case .copied: "repaired copy, verified:"
      case .copiedUnchanged: "copied as it is and verified, there was nothing to repair:"
      case .resumed: "repair finished, and verified:"
      case .takenBack: "repair taken back, \(bytes) is as it was:"
      case .undone: "repair undone, \(bytes) is as it was:"
      case .unchanged: "unchanged, there was nothing to do:"
      }
    }
  }

  let outcome: Outcome
  let path: FilePath
  let report: VerificationReport
  /// What the undo log says that the verdict is to be; nil if there is none to compare with.
  let expected: ExitCode?

  init(_ outcome: Outcome, path: FilePath, report: VerificationReport, expected: ExitCode? = nil) {
    self.outcome = outcome
    self.path = path
    self.report = report
    self.expected = expected
  }

  /// Findings that were not there when the repair was planned. Every byte that it wrote is as it is to be, so that they come of
  /// others.
  private var newDamage: [Finding] {
    guard let expected else { return [] }
    return report.findings.filter { $0.exitCode > max(expected, .sound) }
  }

  private var isWorse: Bool { expected.map { report.verdict.exitCode > $0 } ?? false }

  private var log: FilePath? {
    switch outcome {
    case .applied(_, let log), .resumed(let log), .takenBack(let log), .undone(let log): log
    case .copied, .copiedUnchanged, .unchanged: nil
    }
  }

  private var plan: RepairPlan? {
    switch outcome {
    case .applied(let plan, _), .copied(let plan): plan
    case .copiedUnchanged, .resumed, .takenBack, .undone, .unchanged: nil
    }
  }

  private var isChanged: Bool { if case .unchanged = outcome { false } else { true } }

  /// The way back of what was done, if there is one.
  private var back: ShellCommand? {
    switch outcome {
    case .applied(_, let log), .resumed(let log), .undone(let log): ShellCommand("repair", "undo").path(log.string)
    case .copied, .copiedUnchanged, .takenBack, .unchanged: nil
    }
  }

  func render(on console: Console) {
    console.render(RepairReport.schema) { json in
      json.field("path", path)
      json.field("outcome", outcome.name)
      json.field("changed", isChanged)
      json.field("undo_log", log)
      json.field("plan_checksum", hex: plan?.checksum)
      json.field("action_count", plan?.actions.count)
      json.verification(report)
      json.field("undo", back?.description)
      json.field("expected_exit", expected)
    } text: { page in
      page.heading("\(outcome.words(isWorse: isWorse)) \(Escape.text(path.string))")
      page.verdict(report)
      if let plan {
        page.field("changes", "\(plan.actions.count)", note: "\(plan.byteCount) bytes written")
      }
      if let log { page.field("undo log") { $0.writeEscaped(log.string) } }
      writeFindings(to: page)
      if isWorse {
        page.heading("next: look at the whole file")
        page.field(ShellCommand("verify-checksums").path(path.string).description, "")
      }
      guard let back else { return }
      page.heading("to take it back")
      page.field(back.description, "")
    }
  }

  private func writeFindings(to page: FieldList) {
    let new = newDamage
    if let expected, isWorse {
      page.field(
        "expected", "\(expected.name) (\(expected.number))",
        note: "what was to be written is there; other bytes of the file were damaged since", .yellow)
      page.heading("new damage since")
      for finding in new.prefix(RepairReport.linesMax) { page.finding(finding) }
    }
    let left = report.findings.filter { !new.contains($0) }
    let count = report.findingCount - new.count
    guard count > 0 else { return }
    page.heading("findings left")
    for finding in left.prefix(RepairReport.linesMax) { page.finding(finding) }
    let hidden = count - min(left.count, RepairReport.linesMax)
    if hidden > 0 { page.field("and \(hidden) more", "") }
  }
}
