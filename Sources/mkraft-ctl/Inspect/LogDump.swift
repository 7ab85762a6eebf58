internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// What `dump-wal` shows, row by row, so that its memory does not grow with the log.
struct LogDump {
  static let schema = JSONSchema("mkraft-ctl-wal", version: 1)
  /// One slot, where each document is a line.
  static let slotSchema = JSONSchema("mkraft-ctl-wal-slot", version: 1)
  static let statisticsSchema = JSONSchema("mkraft-ctl-wal-statistics", version: 1)

  let file: ExaminedFile
  let payloads: PayloadView
  let inspection: LogInspection
  let findings: [Finding]
  let filter: LogFilter
  /// Counts instead of slots.
  let wantsStatistics: Bool
  let isVerbose: Bool

  init(
    file: ExaminedFile, inspection: LogInspection, filter: LogFilter, payload: DumpWALCommand.Payload,
    wantsStatistics: Bool, isVerbose: Bool
  ) {
    self.file = file
    payloads = PayloadView(file, geometry: inspection.geometry, payload)
    self.inspection = inspection
    findings = inspection.findings
    self.filter = filter
    self.wantsStatistics = wantsStatistics
    self.isVerbose = isVerbose
  }

  var exitCode: ExitCode { ExitCode.worst(findings.map(\.exitCode)) ?? .sound }

  var path: String { file.path.string }

  /// What the verdict speaks of.
  var scope: String {
    let unread = inspection.unverifiedBodies
    guard unread > 0 else { return "superblocks and log" }
    return "superblocks and log, without \(unread == 1 ? "a body that was" : "\(unread) bodies that were") not read"
  }

  func render(on console: Console) {
    switch console.format {
    case .text: writeText(to: console.out, console.style)
    case .json:
      let json = JSONWriter(console.out, layout: .pretty)
      json.document(LogDump.schema, toolVersion: FormatVersion.tool) {
        writeSummary(to: json)
        if wantsStatistics {
          json.object("statistics") { write(statistics(for: console.out), to: json) }
        } else {
          json.array("slots") { forEachRow(console.out) { row in json.object { write(row, to: json) } } }
        }
      }
    case .ndjson: writeLines(to: JSONWriter(console.out, layout: .compact))
    }
  }

  private func writeLines(to json: JSONWriter) {
    json.document(LogDump.schema, toolVersion: FormatVersion.tool) { writeSummary(to: json) }
    guard !wantsStatistics else {
      let statistics = statistics(for: json.sink)
      return json.document(LogDump.statisticsSchema, toolVersion: FormatVersion.tool) {
        write(statistics, to: json)
      }
    }
    forEachRow(json.sink) { row in
      json.document(LogDump.slotSchema, toolVersion: FormatVersion.tool) { write(row, to: json) }
    }
  }

  /// Goes over the rows, as long as somebody reads them.
  func forEachRow(_ sink: ByteSink, _ show: (LogRow) -> Void) {
    inspection.forEachRow(of: file.storage, filter) { row in
      show(row)
      return sink.isOpen
    }
  }

  /// The counts of all rows that the filter lets through.
  func statistics(for sink: ByteSink) -> LogStatistics {
    var statistics = LogStatistics()
    forEachRow(sink) { row in statistics.add(row, isGap: inspection.isGap(row)) }
    return statistics
  }
}
