internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

extension FieldList {
  /// What is concluded, in two lines and the exit code.
  func verdict(_ report: VerificationReport) {
    let code = report.verdict.exitCode
    field("verdict", "\(code.name) (\(code.number))", note: code == .sound ? "" : code.meaning, code.tone)
    field("start", report.verdict.start.name, note: report.verdict.start.words)
    field("integrity", integrity(report), report.verdict.integrity?.tone ?? .green)
  }

  /// A finding in two lines: what and where, and how it is known.
  func finding(_ finding: Finding) {
    field(finding.kind.name, finding.severity.rawValue, note: finding.place, finding.severity.tone)
    field("", "", note: finding.evidence)
  }

  private func integrity(_ report: VerificationReport) -> String {
    guard let worst = report.verdict.integrity else { return "nothing found" }
    let count = report.findingCount
    return "\(count) \(count == 1 ? "finding" : "findings"), the worst: \(worst.rawValue)"
  }
}

extension ExitCode {
  var tone: Tone {
    switch self {
    case .sound: .green
    case .degraded, .incomplete: .yellow
    default: .red
    }
  }
}

extension Severity {
  var tone: Tone {
    switch self {
    case .note: .plain
    case .warning: .yellow
    case .damage, .loss, .refusal: .red
    }
  }
}

extension FileStorage.ReadMode {
  var words: String {
    switch self {
    case .direct: "from the device"
    case .cached: "through the page cache"
    case .droppedBehind: "through the page cache, which forgets it again, since the filesystem refuses direct I/O"
    }
  }
}
