internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// The end of a page: what was found, what is concluded, and what to enter next.
enum FindingsText {
  /// Most findings listed in text; JSON has the same ones.
  static let limit = 100

  static func write(
    _ findings: [Finding], path: String, scope: String, _ exitCode: ExitCode, to sink: ByteSink, _ style: Style
  ) {
    sink.write("\n")
    style.write("Findings", .bold, to: sink)
    sink.write("\n")
    if findings.isEmpty { sink.write("  none\n") }
    let table = TextTable(
      [TextColumn(""), TextColumn(""), TextColumn(""), TextColumn("")], to: sink, style: style, hasHeader: false,
      indent: 2)
    for finding in findings.prefix(limit) {
      table.cell(finding.severity.rawValue, tone(finding.severity))
      table.cell(finding.kind.name)
      table.cell(finding.place)
      table.cell(escaped: finding.evidence)
      table.endRow()
    }
    table.finish()
    if findings.count > limit { sink.write("  and \(findings.count - limit) more\n") }
    sink.write("\nverdict on \(scope): \(exitCode.meaning) (exit \(exitCode.number))\n")
    guard let worst = findings.max(by: { $0.kind.exitCode < $1.kind.exitCode }) else { return }
    sink.write("next: \(worst.kind.next.words)\n")
    if let command = worst.kind.next.command(path: path, slot: worst.slot) { sink.write("      \(command)\n") }
  }

  private static func tone(_ severity: Severity) -> Tone {
    switch severity {
    case .note: .plain
    case .warning: .yellow
    case .damage, .loss, .refusal: .red
    }
  }
}

/// The same for machines.
enum FindingsJSON {
  static func write(_ findings: [Finding], path: String, to json: JSONWriter) {
    json.array("findings") {
      for finding in findings { write(finding, path: path, to: json) }
    }
  }

  private static func write(_ finding: Finding, path: String, to json: JSONWriter) {
    json.object {
      json.field("name", finding.kind.name)
      json.field("severity", finding.severity.rawValue)
      json.field("exit_code", finding.kind.exitCode.number)
      json.field("zone", finding.zone?.name)
      json.field("copy", finding.copy)
      json.field("slot", finding.slot)
      json.field("op", finding.op)
      json.field("offset", finding.range?.lowerBound)
      json.field("byte_count", finding.range.map { $0.upperBound - $0.lowerBound })
      json.field("expected", finding.expected?.description)
      json.field("actual", finding.actual?.description)
      json.field("evidence", finding.evidence)
      json.field("cause", finding.likelyCause)
      json.field("risk", finding.kind.risk)
      json.field("next", finding.kind.next.words)
      json.field("next_command", finding.kind.next.command(path: path, slot: finding.slot)?.description)
    }
  }
}
