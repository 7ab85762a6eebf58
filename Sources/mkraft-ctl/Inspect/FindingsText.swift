internal import MKraftForensics
internal import MKraftOutput

/// The end of a page: what was found, what is concluded, and what to enter next.
enum FindingsText {
  /// Most findings listed in text; JSON has all that are kept.
  static let limit = 100

  static func write(
    _ findings: [Finding], path: String, scope: String, _ code: ExitCode, to sink: ByteSink, _ style: Style
  ) {
    sink.write("\n")
    let page = FieldList(to: sink, style: style)
    page.heading("Findings")
    if findings.isEmpty { page.field("none", "") }
    for finding in findings.prefix(limit) { page.finding(finding) }
    if findings.count > limit { page.field("and \(findings.count - limit) more", "") }
    page.heading("Verdict on \(scope)")
    page.field("\(code.name) (\(code.number))", "", note: code.meaning)
    if let worst = findings.first, worst.next != .nothing {
      page.field("next", worst.next.words)
      if let command = worst.command(path: path) { page.field("", command.description) }
    }
    page.finish()
  }
}

extension Console {
  /// Says on standard error why nothing was concluded, if that is so.
  func diagnose(_ findings: [Finding], of path: String) {
    guard let worst = findings.first, worst.exitCode.concludesNothing else { return }
    diagnostics.error("\(worst.kind.meaning) (\(worst.kind.name)): \(worst.evidence)", of: path)
  }
}
