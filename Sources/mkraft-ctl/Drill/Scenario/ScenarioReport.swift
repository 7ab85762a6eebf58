internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// What a drill of scenarios says: a row for each as it is done, and the totals at its end.
final class ScenarioReport {
  static let schema = JSONSchema("mkraft-ctl-drill-scenarios", version: 1)

  private let console: Console
  private let table: TextTable?

  init(on console: Console) {
    self.console = console
    let name = DrillScenario.allCases.map(\.name.count).max() ?? 0
    let columns = [
      TextColumn("scenario", width: name), TextColumn("verdict", width: 15), TextColumn("repaired from", width: 15),
      TextColumn("lost", width: 9), TextColumn("seconds", .right, width: 7), TextColumn("result", width: 12),
    ]
    table = console.format == .text ? TextTable(columns, to: console.out, style: console.style) : nil
  }

  // MARK: Rows

  func write(_ result: ScenarioResult) {
    guard let table else { return }
    table.cell(result.scenario.name, .bold)
    table.cell(result.verdict.map { "\($0.name) (\($0.number))" } ?? "-")
    table.cell(ScenarioReport.source(result))
    table.cell(ScenarioReport.loss(result))
    table.cell(result.isApplicable ? ScenarioReport.tenths(result.seconds) : "-")
    table.cell(result.status.rawValue, result.status.tone)
    table.endRow()
    console.out.flush()
  }

  private static func source(_ result: ScenarioResult) -> String {
    switch result.remedy {
    case .replica: "nothing to do"
    case .file: "the file"
    case .backup: "a backup"
    case .recover: result.recoveredFrom.map { $0 == .file ? "recover: file" : "recover: backup" } ?? "-"
    case nil: "-"
    }
  }

  private static func loss(_ result: ScenarioResult) -> String {
    guard result.isApplicable else { return "-" }
    if !result.lost.isEmpty { return "UNNAMED" }
    if result.remedy == .recover, result.recoveredFrom == nil { return "undecided" }
    return result.isStarted ? "nothing" : "-"
  }

  /// Seconds with one decimal.
  private static func tenths(_ duration: Duration) -> String {
    let tenths = Int((duration / .milliseconds(100)).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  // MARK: The end

  struct End {
    let seed: UInt64
    let subject: ScenarioSubject
    /// Nil for a generated file.
    let path: String?
    let drill: ScenarioDrill?
    let elapsed: Duration
    let failure: Failure?
    /// The directory, if it stays.
    let kept: String?

    var results: [ScenarioResult] { drill?.results ?? [] }

    func count(_ status: ScenarioResult.Status) -> Int { results.count { $0.status == status } }

    var exitCode: ExitCode {
      if count(.lost) + count(.unexpected) > 0 { return .drillFailed }
      return failure?.code ?? .sound
    }
  }

  func finish(_ end: End) {
    console.render(ScenarioReport.schema) { json in
      write(end, to: json)
    } text: { page in
      console.out.write("\n")
      write(end, to: page)
    }
    console.out.flush()
  }

  private func write(_ end: End, to json: JSONWriter) {
    json.field("seed", end.seed)
    json.field("path", end.path)
    json.field("file_size", end.subject.stamp.byteCount)
    json.identity(end.subject.superblock)
    json.field("can_start", end.subject.isAlone)
    json.field("keys", end.drill?.acknowledged?.pairCount)
    json.field("sessions_asked", end.drill?.acknowledged?.replies.count)
    json.field("sessions_not_asked", end.drill?.requests.missing)
    for status in ScenarioResult.Status.allCases { json.field(status.member, end.count(status)) }
    json.array("scenarios") { for result in end.results { write(result, to: json) } }
    json.field("seconds", end.elapsed / .seconds(1))
    json.field("reason", end.failure?.reason)
    json.field("scratch", end.kept)
    json.field("exit", end.exitCode)
  }

  private func write(_ result: ScenarioResult, to json: JSONWriter) {
    json.object {
      json.field("scenario", result.scenario.name)
      json.field("result", result.status.rawValue)
      json.field("what", result.what)
      json.field("verdict", result.verdict.map { Int($0.number) })
      json.field("start", result.start)
      json.field("finding_count", result.findingCount)
      json.array("kinds") { for kind in result.kinds { json.value(kind.name) } }
      json.array("findings") {
        for finding in result.findings {
          json.object {
            json.field("name", finding.kind.name)
            json.field("place", finding.place)
          }
        }
      }
      json.field("remedy", result.remedy?.rawValue)
      json.field("recovered_from", result.recoveredFrom?.rawValue)
      json.field("action_count", result.actionCount)
      json.field("bytes_repaired", result.byteCount)
      json.field("undone", result.isUndone)
      json.field("started", result.isStarted)
      json.array("lost") { for line in result.lost { json.value(line) } }
      json.array("undecided") { for line in result.named { json.value(line) } }
      json.field("reason", result.reason)
      json.field("seconds", result.seconds / .seconds(1))
      json.object("phase_seconds") {
        for phase in ScenarioPhase.allCases {
          json.field(phase.rawValue, (result.phases[phase] ?? .zero) / .seconds(1))
        }
      }
    }
  }

  // MARK: Text

  private func write(_ end: End, to page: FieldList) {
    page.heading("totals")
    page.field(
      "scenarios", "\(end.results.count)",
      note: ScenarioResult.Status.allCases.filter { end.count($0) > 0 }
        .map { "\(end.count($0)) \($0.words)" }.joined(separator: ", "))
    if let answers = end.drill?.acknowledged, let drill = end.drill {
      page.field(
        "compared", "\(answers.pairCount) keys", note: "and the last answer of \(answers.replies.count) sessions")
      if drill.requests.missing > 0 {
        page.field(
          "not asked", "\(drill.requests.missing) sessions",
          note: "their last request is no longer in the log; the verification covers their answers")
      }
    } else if !end.subject.isAlone {
      page.field(
        "not started", "\(end.subject.superblock.members.count) members",
        note: "a replica of several needs the others; damages were diagnosed, repaired and taken back")
    }
    page.field("time", end.elapsed.readable)
    if let kept = end.kept { page.field("kept", Escape.text(kept)) }
    writeDetails(end, to: page)
    page.heading("verdict")
    let isInterrupted = end.exitCode.concludesNothing
    page.field(
      end.exitCode == .sound ? "passed" : isInterrupted ? "none" : "failed", verdict(end),
      end.exitCode == .sound ? .green : isInterrupted ? .plain : .red)
  }

  private func verdict(_ end: End) -> String {
    if end.count(.lost) > 0 { return "something acknowledged was lost, and nothing had named it" }
    if end.count(.unexpected) > 0 { return "a scenario did not come out as its row in the table says" }
    if let failure = end.failure { return failure.reason }
    if !end.subject.isAlone { return "what can be shown of one replica of several came out well" }
    return "each scenario came out as it must, and nothing acknowledged was lost without being named"
  }

  private func writeDetails(_ end: End, to page: FieldList) {
    func list(_ heading: String, _ status: [ScenarioResult.Status], _ lines: (ScenarioResult) -> [String]) {
      let results = end.results.filter { status.contains($0.status) && !lines($0).isEmpty }
      guard !results.isEmpty else { return }
      page.heading(heading)
      for result in results {
        for (index, line) in lines(result).enumerated() {
          page.field(index == 0 ? result.scenario.name : "", Escape.text(line), result.status.tone)
        }
      }
    }
    list("lost without being named", [.lost]) { [$0.what] + $0.lost }
    list("not as the table says", [.unexpected]) { [$0.what, $0.reason ?? ""] }
    list("a human must decide", [.asExpected, .notJudged]) { $0.named }
    list("not to be had with this file", [.notApplicable]) { [$0.what] }
  }
}

extension ScenarioResult.Status {
  /// The member of the document that counts it.
  var member: String {
    switch self {
    case .asExpected: "as_expected"
    case .unexpected: "unexpected"
    case .lost: "lost"
    case .notJudged: "not_judged"
    case .notApplicable: "not_applicable"
    }
  }

  fileprivate var words: String {
    switch self {
    case .asExpected: "as they must"
    case .unexpected: "otherwise"
    case .lost: "lost something"
    case .notJudged: "not judged"
    case .notApplicable: "not to be had"
    }
  }

  fileprivate var tone: Tone {
    switch self {
    case .asExpected: .green
    case .unexpected, .lost: .red
    case .notJudged: .plain
    case .notApplicable: .dim
    }
  }
}
