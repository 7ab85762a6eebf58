internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// What came of one file that was to be verified.
struct VerifiedFile {
  let path: String
  let outcome: Result<(file: ExaminedFile, report: VerificationReport), Failure>

  var exitCode: ExitCode {
    switch outcome {
    case .success(let (_, report)): report.verdict.exitCode
    case .failure(let failure): failure.code
    }
  }

  /// Says on standard error why nothing was concluded.
  func diagnose(on console: Console) {
    switch outcome {
    case .failure(let failure):
      console.diagnostics.error(failure.reason, of: failure.subject ?? path, next: failure.next)
    case .success(let (_, report)):
      guard exitCode.concludesNothing, let worst = report.worst else { return }
      console.diagnostics.error("\(worst.kind.meaning) (\(worst.kind.name)): \(worst.evidence)", of: path)
    }
  }

  func write(to json: JSONWriter) {
    json.object {
      json.field("path", path)
      switch outcome {
      case .failure(let failure):
        json.field("reason", failure.reason)
        json.field("exit", failure.code)
      case .success(let (file, report)):
        json.field("read_mode", file.storage.readMode.rawValue)
        json.field("locked_by", file.lockHolder?.description)
        json.verification(report)
      }
    }
  }

  /// One line, for a mail from cron.
  func writeLine(to page: FieldList) {
    guard exitCode != .sound, case .success(let (_, report)) = outcome, let worst = report.worst else { return }
    page.field(
      Escape.text(path), "\(exitCode.name) (\(exitCode.number))",
      note: "\(report.findingCount) findings, the worst: \(worst.kind.name), \(worst.place)")
  }

  func write(to page: FieldList) {
    guard case .success(let (file, report)) = outcome else { return }
    page.heading(Escape.text(path))
    page.verdict(report)
    page.field("scope", report.verdict.scope.partNames.joined(separator: ", "))
    if let assumed = report.assumption { page.assumption(assumed) }
    if let holder = file.lockHolder { page.field("in use by", Escape.text(holder.description)) }
    page.field("size", ByteCount(report.byteCount).description, note: "read \(file.storage.readMode.words)")
    page.field("checked", ByteCount(report.bytes.checked).description, note: "\(report.bytes.checked) bytes")
    for reason in ByteTally.SkipReason.allCases where report.bytes[reason] > 0 {
      page.field("skipped", ByteCount(report.bytes[reason]).description, note: reason.words)
    }
    if report.bytes.unreadable > 0 {
      page.field("unreadable", ByteCount(report.bytes.unreadable).description, .red)
    }
    guard report.findingCount > 0 else { return }
    page.heading("findings")
    for finding in report.findings { page.finding(finding) }
    let hidden = report.findingCount - report.findings.count
    if hidden > 0 { page.field("and \(hidden) more", "", note: "listed with a larger --max-errors") }
  }
}
