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

  /// Whether a signal ended it before everything was read.
  var wasInterrupted: Bool {
    if case .success(let (_, report)) = outcome { report.stop == .interrupted } else { false }
  }

  /// Says on standard error why nothing was concluded, or why a verification was not gone on with.
  func diagnose(on console: Console) {
    switch outcome {
    case .failure(let failure):
      console.diagnostics.error(failure.reason, of: failure.subject ?? path, next: failure.next)
    case .success(let (_, report)):
      if case .startedOver(let reason) = report.resumption {
        console.diagnostics.warning("--resume starts over: \(reason)", of: path)
      }
      if case .continued(_, let readAgain) = report.resumption {
        for part in readAgain {
          console.diagnostics.warning("--resume reads a part from its beginning: \(part)", of: path)
        }
      }
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
        writeEnd(report, to: json)
      }
    }
  }

  /// How far it came.
  private func writeEnd(_ report: VerificationReport, to json: JSONWriter) {
    json.field("stopped", report.stop?.rawValue)
    if case .continued(let byteCount, let readAgain) = report.resumption {
      json.field("resumed_at_byte_count", byteCount)
      json.array("read_again") { for part in readAgain { json.value(part) } }
    }
    if case .startedOver(let reason) = report.resumption { json.field("started_over_because", reason) }
    json.array("unchecked") {
      for part in report.unchecked {
        json.object {
          json.field("part", part.part)
          json.field("what", part.words)
          json.field("byte_count", part.byteCount)
        }
      }
    }
  }

  /// One line, for a mail from cron.
  func writeLine(to page: FieldList) {
    guard exitCode != .sound, case .success(let (_, report)) = outcome, let worst = report.worst else { return }
    page.field(
      Escape.text(path), "\(exitCode.name) (\(exitCode.number))",
      note: "\(report.findingCount) in all, the worst: \(worst.kind.name), "
        + (worst.place.isEmpty ? worst.evidence : worst.place))
  }

  func write(to page: FieldList) {
    guard case .success(let (file, report)) = outcome else { return }
    page.heading(Escape.text(path))
    page.verdict(report)
    page.field("scope", report.verdict.scope.partNames.joined(separator: ", "))
    if let assumed = report.assumption { page.assumption(assumed) }
    if let holder = file.lockHolder { page.field("in use by", Escape.text(holder.description)) }
    writeBytes(report, file.storage.readMode, to: page)
    for part in report.unchecked {
      page.field("not checked", ByteCount(part.byteCount).description, note: part.words, .yellow)
    }
    guard report.findingCount > 0 else { return }
    page.heading("findings")
    for finding in report.findings { page.finding(finding) }
    let hidden = report.findingCount - report.findings.count
    if hidden > 0 { page.field("and \(hidden) more", "", note: "listed with a larger --max-errors") }
  }

  /// Where the bytes of the file went: what follows the size adds up to it.
  private func writeBytes(_ report: VerificationReport, _ mode: FileStorage.ReadMode, to page: FieldList) {
    func field(_ name: String, _ byteCount: UInt64, _ words: String, _ tone: Tone = .plain) {
      page.field(name, ByteCount(byteCount).description, note: "\(byteCount) bytes" + words, tone)
    }
    if case .continued(let byteCount, _) = report.resumption {
      field("resumed", byteCount, " were accounted for before")
    }
    field("size", report.byteCount, ", read \(mode.words)")
    field("checked", report.bytes.checked, "")
    for reason in ByteTally.SkipReason.allCases where report.bytes[reason] > 0 {
      field("skipped", report.bytes[reason], ": \(reason.words)")
    }
    if report.bytes.unreadable > 0 { field("unreadable", report.bytes.unreadable, ": the device gives errors", .red) }
  }
}
