internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// What `map` shows.
struct MapPage {
  static let schema = JSONSchema("mkraft-ctl-map", version: 1)
  /// Most cells of a zone in JSON and on a page.
  static let cellLimit = 1024
  /// Most findings listed beside a picture.
  static let findingsListed = 100

  let path: String
  let file: ExaminedFile
  let map: FileMap

  var report: VerificationReport { map.report }

  /// - Parameter written: the page that was written, if one was.
  func render(on console: Console, columns: Int, written: String?) {
    console.render(MapPage.schema) { json in
      write(to: json, written: written)
    } text: { page in
      page.heading(Escape.text(path))
      page.verdict(report)
      if let assumed = report.assumption { page.assumption(assumed) }
      if let holder = file.lockHolder { page.field("in use by", Escape.text(holder.description)) }
      page.field("size", ByteCount(report.byteCount).description, note: "read \(file.storage.readMode.words)")
      for line in logLines { page.field(line.name, line.value, note: line.note) }
      if let written {
        page.field("written", Escape.text(written))
      } else {
        page.finish()
        MapText(page: self, columns: columns).write(to: console.out, console.style)
      }
    }
  }

  /// Where the log begins and ends.
  var logLines: [(name: String, value: String, note: String)] {
    guard let layout = map.layout else { return [] }
    let geometry = layout.geometry
    var lines = [
      (
        name: "checkpoint", value: "op \(layout.checkpoint.op)",
        note: "the log goes on from slot \(geometry.slot(of: layout.checkpoint.op + 1))"
      )
    ]
    if let journal = report.journal {
      let head = journal.head.op
      var note = "in slot \(geometry.slot(of: head))"
      if journal.provenOp > head { note += "; whole up to there, and known to have reached op \(journal.provenOp)" }
      lines.append((name: "head", value: "op \(head)", note: note))
    }
    return lines
  }

  /// The findings that are listed: those that are more than a note first, as the report has them.
  var listed: [Finding] { Array(report.findings.prefix(MapPage.findingsListed)) }

  /// Findings that are not listed.
  var unlisted: Int { report.findingCount - listed.count }
}
