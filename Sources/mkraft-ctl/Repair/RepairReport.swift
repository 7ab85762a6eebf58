internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// What became of a file that was to be changed, and the verdict on it.
struct RepairReport {
  static let schema = JSONSchema("mkraft-ctl-repair", version: 1)

  enum Outcome {
    case applied(RepairPlan, log: FilePath)
    case copied(RepairPlan)
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
      case .resumed: "resumed"
      case .takenBack: "taken-back"
      case .undone: "undone"
      case .unchanged: "unchanged"
      }
    }

    var words: String {
      switch self {
      case .applied: "repaired, and verified again:"
      case .copied: "repaired copy, verified:"
      case .resumed: "repair finished, and verified:"
      case .takenBack: "repair taken back, every byte is as it was:"
      case .undone: "repair undone, every byte is as it was:"
      case .unchanged: "unchanged, there was nothing to do:"
      }
    }
  }

  let outcome: Outcome
  let path: FilePath
  let report: VerificationReport

  init(_ outcome: Outcome, path: FilePath, report: VerificationReport) {
    self.outcome = outcome
    self.path = path
    self.report = report
  }

  private var log: FilePath? {
    switch outcome {
    case .applied(_, let log), .resumed(let log), .takenBack(let log), .undone(let log): log
    case .copied, .unchanged: nil
    }
  }

  private var plan: RepairPlan? {
    switch outcome {
    case .applied(let plan, _), .copied(let plan): plan
    case .resumed, .takenBack, .undone, .unchanged: nil
    }
  }

  private var isChanged: Bool { if case .unchanged = outcome { false } else { true } }

  /// The way back of what was done, if there is one.
  private var back: ShellCommand? {
    switch outcome {
    case .applied(_, let log), .resumed(let log), .undone(let log): ShellCommand("repair", "undo").path(log.string)
    case .copied, .takenBack, .unchanged: nil
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
    } text: { page in
      page.heading("\(outcome.words) \(Escape.text(path.string))")
      page.verdict(report)
      if let plan {
        page.field("changes", "\(plan.actions.count)", note: "\(plan.byteCount) bytes written")
      }
      if let log { page.field("undo log") { $0.writeEscaped(log.string) } }
      if report.findingCount > 0 {
        page.heading("findings left")
        for finding in report.findings.prefix(20) { page.finding(finding) }
        if report.findingCount > 20 { page.field("and \(report.findingCount - 20) more", "") }
      }
      guard let back else { return }
      page.heading("to take it back")
      page.field(back.description, "")
    }
  }
}
