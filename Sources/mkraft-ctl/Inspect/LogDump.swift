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
  /// Most bytes of a body shown as hexadecimal.
  static let hexLimit = 4096

  let file: ExaminedFile
  let payloads: PayloadReader
  let inspection: LogInspection
  let findings: [Finding]
  let filter: LogFilter
  let payload: DumpWALCommand.Payload
  let wantsStatistics: Bool
  let isVerbose: Bool

  init(
    file: ExaminedFile, inspection: LogInspection, filter: LogFilter, payload: DumpWALCommand.Payload,
    wantsStatistics: Bool, isVerbose: Bool
  ) {
    self.file = file
    payloads = PayloadReader(file.storage, geometry: inspection.geometry)
    self.inspection = inspection
    findings = inspection.findings
    self.filter = filter
    self.payload = payload
    self.wantsStatistics = wantsStatistics
    self.isVerbose = isVerbose
  }

  var exitCode: ExitCode { ExitCode.worst(findings.map(\.kind.exitCode)) ?? .sound }

  var path: String { file.path.string }

  /// What the verdict speaks of.
  var scope: String {
    inspection.depth == .bodies
      ? "superblocks and log" : "superblocks and log, without \(inspection.unverifiedBodies) bodies that were not read"
  }

  func render(on console: Console) {
    switch console.format {
    case .text: writeText(to: console.out, console.style)
    case .json:
      let json = JSONWriter(console.out, layout: .pretty)
      json.document(LogDump.schema, toolVersion: FormatVersion.tool) {
        writeSummary(to: json)
        var statistics = LogStatistics()
        json.array("slots") { forEachRow(console.out, &statistics) { row in json.object { write(row, to: json) } } }
        if wantsStatistics { json.object("statistics") { write(statistics, to: json) } }
      }
    case .ndjson: writeLines(to: JSONWriter(console.out, layout: .compact))
    }
  }

  private func writeLines(to json: JSONWriter) {
    json.document(LogDump.schema, toolVersion: FormatVersion.tool) { writeSummary(to: json) }
    var statistics = LogStatistics()
    forEachRow(json.sink, &statistics) { row in
      json.document(LogDump.slotSchema, toolVersion: FormatVersion.tool) { write(row, to: json) }
    }
    guard wantsStatistics else { return }
    json.document(LogDump.statisticsSchema, toolVersion: FormatVersion.tool) { write(statistics, to: json) }
  }

  /// Goes over the rows, as long as somebody reads them.
  func forEachRow(_ sink: ByteSink, _ statistics: inout LogStatistics, _ show: (LogRow) -> Void) {
    inspection.forEachRow(of: file.storage, filter) { row in
      if wantsStatistics { statistics.add(row) }
      show(row)
      return sink.isOpen
    }
  }
}
