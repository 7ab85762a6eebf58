internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// The picture as SVG: a square a cell, a character in it, and what it is when it is pointed at.
struct MapSVG {
  private static let square = 15
  private static let perLine = 64
  private static let labelWidth = 84
  private static let lineHeight = 16
  private static let margin = 8

  let page: MapPage

  private var width: Int { MapSVG.labelWidth + MapSVG.perLine * MapSVG.square + 2 * MapSVG.margin }

  /// - Parameter isAlone: as a file of its own, with its own heading, colours, legend and list of findings.
  func write(to sink: ByteSink, isAlone: Bool) {
    let body = ByteSink.memory()
    var y = MapSVG.margin
    if isAlone { writeHeading(to: body, &y) }
    for band in page.map.bands { write(band, to: body, &y) }
    if isAlone {
      writeLegend(to: body, &y)
      writeFindings(to: body, &y)
    }
    let height = y + MapSVG.margin
    sink.write("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"map\" viewBox=\"0 0 \(width) \(height)\" ")
    if isAlone { sink.write("width=\"\(width)\" height=\"\(height)\" ") }
    sink.write("role=\"img\" aria-labelledby=\"map-title\">\n<title id=\"map-title\">")
    sink.writeMarkup("Map of \(page.path): \(page.report.verdict.exitCode.meaning)")
    sink.write("</title>\n")
    if isAlone { sink.write("<style>\n\(MapStyle.sheet)\n</style>\n") }
    sink.write("<rect class=\"ground\" width=\"\(width)\" height=\"\(height)\"/>\n")
    sink.write(body.bytes.span)
    sink.write("</svg>\n")
  }

  private func text(_ text: String, _ kind: String, x: Int, y: Int, to sink: ByteSink) {
    sink.write("<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\">")
    sink.writeMarkup(text)
    sink.write("</text>\n")
  }

  private func line(_ words: String, _ kind: String, to sink: ByteSink, _ y: inout Int) {
    y += MapSVG.lineHeight
    text(words, kind, x: MapSVG.margin, y: y, to: sink)
  }

  private func writeHeading(to sink: ByteSink, _ y: inout Int) {
    let code = page.report.verdict.exitCode
    line(Escape.text(page.path), "name", to: sink, &y)
    line("\(code.name) (\(code.number)): \(code.meaning)", "", to: sink, &y)
    line(page.report.verdict.start.words, "", to: sink, &y)
    for row in page.logLines { line("\(row.name) \(row.value), \(row.note)", "faint", to: sink, &y) }
  }

  // MARK: Zones

  private func write(_ band: MapBand, to sink: ByteSink, _ y: inout Int) {
    y += 2 * MapSVG.lineHeight
    text(band.zone.name, "name", x: MapSVG.margin, y: y, to: sink)
    let size = ByteCount(UInt64(band.range.count))
    let gap = band.gapFindings.first.map { "; in the gap behind it: \($0.kind.name)" } ?? ""
    text(
      "\(band.scale), from byte \(band.range.lowerBound), \(size)\(gap)", gap.isEmpty ? "faint" : "",
      x: MapSVG.margin + MapSVG.labelWidth + 40, y: y, to: sink)
    y += 6
    for start in stride(from: 0, to: band.cells.count, by: MapSVG.perLine) {
      let cells = band.cells[start..<min(start + MapSVG.perLine, band.cells.count)]
      text("\(cells[start].items.lowerBound)", "faint", x: MapSVG.margin, y: y + 11, to: sink)
      for (index, cell) in cells.enumerated() {
        write(cell, of: band, x: MapSVG.margin + MapSVG.labelWidth + index * MapSVG.square, y: y, to: sink)
      }
      y += MapSVG.square
    }
  }

  private func write(_ cell: MapCell, of band: MapBand, x: Int, y: Int, to sink: ByteSink) {
    let side = MapSVG.square - 1
    sink.write("<g class=\"c \(MapSVG.kind(cell))\"><title>")
    sink.writeMarkup(band.words(cell, in: page.map))
    sink.write("</title><rect x=\"\(x)\" y=\"\(y)\" width=\"\(side)\" height=\"\(side)\"/>")
    sink.write("<text x=\"\(x + side / 2)\" y=\"\(y + 11)\">")
    sink.writeMarkup(String(MapGlyph.of(cell)))
    sink.write("</text></g>\n")
  }

  /// The class that colours the cell.
  private static func kind(_ cell: MapCell) -> String {
    if let severity = cell.severity, severity > .note { return severity == .warning ? "warn" : "bad" }
    switch cell.state {
    case .currentCopy, .staleCopy, .otherCopy: return "copy"
    case .entry: return "log"
    case .older, .blank, .noReply, .free, .growth: return "quiet"
    case .leftover, .givenUp, .ahead, .released, .damaged, .unreadable, .unknown: return "left"
    case .missing: return "gone"
    case .reply: return "reply"
    case .leaf, .inner: return "tree"
    case .value: return "value"
    case .set, .sessions: return "set"
    }
  }

  // MARK: Below the picture

  private func writeLegend(to sink: ByteSink, _ y: inout Int) {
    y += MapSVG.lineHeight
    line("Legend", "name", to: sink, &y)
    for row in MapGlyph.legend(page.map) { line("\(row.glyph)  \(row.words)", "", to: sink, &y) }
  }

  private func writeFindings(to sink: ByteSink, _ y: inout Int) {
    y += MapSVG.lineHeight
    line("Findings", "name", to: sink, &y)
    if page.listed.isEmpty { line("none", "", to: sink, &y) }
    for finding in page.listed {
      line("\(finding.kind.name) (\(finding.severity.rawValue))  \(finding.place)", "", to: sink, &y)
    }
    if page.unlisted > 0 { line("and \(page.unlisted) more: see verify-checksums", "faint", to: sink, &y) }
  }
}
