internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// The picture as a page that needs nothing else: no script, no font, no other file. What the picture shows stands below it as
/// tables, for whoever cannot see it.
struct MapHTML {
  let page: MapPage

  func write(to sink: ByteSink) {
    sink.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
    sink.write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
    // The page never asks for anything, whatever the file's bytes are.
    sink.write(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n")
    element("title", "Map of \(Escape.text(page.path))", to: sink)
    sink.write("<style>\n\(MapStyle.page)\n\(MapStyle.sheet)\n</style>\n</head>\n<body>\n")
    element("h1", "Map of \(Escape.text(page.path))", to: sink)
    writeSummary(to: sink)
    sink.write("<h2>Picture</h2>\n<p>Point at a square to see what it is.</p>\n")
    MapSVG(page: page).write(to: sink, isAlone: false)
    sink.write("<h2>Legend</h2>\n")
    table(["sign", "what it is"], MapGlyph.legend(page.map).map { [String($0.glyph), $0.words] }, to: sink)
    writeFindings(to: sink)
    writeZones(to: sink)
    sink.write("</body>\n</html>\n")
  }

  private func writeSummary(to sink: ByteSink) {
    let code = page.report.verdict.exitCode
    var rows = [
      ("verdict", "\(code.name) (\(code.number)): \(code.meaning)"), ("start", page.report.verdict.start.words),
      ("findings", "\(page.report.findingCount)"), ("size", "\(page.report.byteCount) bytes"),
    ]
    if let superblock = page.report.superblock {
      rows.append(("cluster", superblock.cluster.hex))
      rows.append(("file_id", superblock.fileID.hex))
    }
    if let assumed = page.report.assumption {
      rows.append(("supplied", "\(assumed.supplied.words): \(assumed.supplied.geometry.specification)"))
      rows.append(("checkpoint", "assumed: \(assumed.checkpointWords)"))
    }
    rows += page.logLines.map { ($0.name, "\($0.value), \($0.note)") }
    rows.append(("drawn by", "\(Diagnostics.tool) \(FormatVersion.tool)"))
    sink.write("<dl>\n")
    for (name, value) in rows {
      element("dt", name, to: sink)
      element("dd", value, to: sink)
    }
    sink.write("</dl>\n")
  }

  private func writeFindings(to sink: ByteSink) {
    sink.write("<h2>Findings</h2>\n")
    guard !page.listed.isEmpty else { return sink.write("<p>None.</p>\n") }
    table(
      ["finding", "severity", "where", "evidence", "next"],
      page.listed.map { [$0.kind.name, $0.severity.rawValue, $0.place, $0.evidence, $0.next.words] }, to: sink)
    if page.unlisted > 0 { element("p", "And \(page.unlisted) more: see verify-checksums.", to: sink) }
  }

  /// Where everything is, in numbers.
  private func writeZones(to sink: ByteSink) {
    sink.write("<h2>Zones</h2>\n")
    table(
      ["zone", "from byte", "bytes", "items", "what they are"],
      page.map.bands.map { band in
        var counts: [MapState: UInt64] = [:]
        for cell in band.cells { for (state, count) in cell.counts { counts[state, default: 0] += UInt64(count) } }
        let words = MapState.allCases.compactMap { state in counts[state].map { "\($0) \(state.name)" } }
        return [
          band.zone.name, "\(band.range.lowerBound)", "\(band.range.count)", "\(band.itemCount)",
          words.joined(separator: ", "),
        ]
      }, to: sink)
  }

  private func table(_ head: [String], _ rows: [[String]], to sink: ByteSink) {
    sink.write("<table>\n<thead><tr>")
    for name in head { element("th", name, to: sink) }
    sink.write("</tr></thead>\n<tbody>\n")
    for row in rows {
      sink.write("<tr>")
      for cell in row { element("td", cell, to: sink) }
      sink.write("</tr>\n")
    }
    sink.write("</tbody>\n</table>\n")
  }

  private func element(_ name: String, _ text: String, to sink: ByteSink) {
    sink.write("<\(name)>")
    sink.writeMarkup(text)
    sink.write("</\(name)>\n")
  }
}
