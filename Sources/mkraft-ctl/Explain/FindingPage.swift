internal import MKraftForensics
internal import MKraftOutput

/// What the catalogue says of a finding.
struct FindingPage {
  static let schema = JSONSchema("mkraft-ctl-finding", version: 1)
  static let listSchema = JSONSchema("mkraft-ctl-findings", version: 1)

  let entry: FindingEntry

  func render(on console: Console) {
    console.render(FindingPage.schema) { json in
      write(to: json)
    } text: { page in
      page.heading(entry.name)
      page.field("means", entry.meaning)
      page.field("severity", entry.severity.rawValue, entry.severity.tone)
      page.field("exit code", "\(entry.exitCode.number) (\(entry.exitCode.name))", note: entry.exitCode.meaning)
      page.field("part", entry.part.rawValue, note: note)
      for (index, cause) in entry.causes.enumerated() { page.field(index == 0 ? "causes" : "", cause) }
      page.field("at risk", entry.risk)
      page.field("danger", entry.danger)
      page.field("next", entry.next.words)
    }
  }

  private var note: String {
    switch entry.part {
    case .file: ""
    // Against the log, which that zone alone leaves out.
    case .replies: "found by verify-checksums"
    default: "found by verify-checksums --zone \(entry.part.rawValue)"
    }
  }

  static func renderList(on console: Console) {
    console.render(listSchema) { json in
      json.array("findings") {
        for entry in FindingCatalogue.entries { json.object { FindingPage(entry: entry).write(to: json) } }
      }
    } text: { _ in
      let table = TextTable(
        [TextColumn("FINDING"), TextColumn("SEVERITY"), TextColumn("EXIT", .right), TextColumn("MEANING")],
        to: console.out, style: console.style)
      for entry in FindingCatalogue.entries {
        table.cell(entry.name)
        table.cell(entry.severity.rawValue, entry.severity.tone)
        table.cell(decimal: UInt64(entry.exitCode.number))
        table.cell(entry.meaning)
        table.endRow()
      }
      table.finish()
    }
  }

  private func write(to json: JSONWriter) {
    json.field("name", entry.name)
    json.field("severity", entry.severity.rawValue)
    json.field("finding_exit", entry.exitCode)
    json.field("part", entry.part.rawValue)
    json.field("meaning", entry.meaning)
    json.field("causes", entry.causes)
    json.field("risk", entry.risk)
    json.field("danger", entry.danger)
    json.field("next", entry.next.words)
  }
}
