internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// The picture in characters.
struct MapText {
  /// Most lines of a zone.
  static let linesMax = 16
  /// Before each line stands the number of its first item.
  private static let labelWidth = 12

  let page: MapPage
  let columns: Int

  /// Characters of a line: a multiple of 8, so that numbers are easily counted.
  private static func lineWidth(columns: Int) -> Int { max(8, (columns - labelWidth) / 8 * 8) }

  static func cellLimit(columns: Int) -> Int { lineWidth(columns: columns) * linesMax }

  func write(to sink: ByteSink, _ style: Style) {
    for band in page.map.bands { write(band, to: sink, style) }
    writeLegend(to: sink, style)
    writeFindings(to: sink, style)
  }

  private func write(_ band: MapBand, to sink: ByteSink, _ style: Style) {
    sink.write("\n")
    style.write(band.zone.name, .bold, to: sink)
    sink.write("  \(band.scale), from byte \(band.range.lowerBound)")
    sink.write(" (\(ByteCount(UInt64(band.range.count))))\n")
    let width = MapText.lineWidth(columns: columns)
    for start in stride(from: 0, to: band.cells.count, by: width) {
      let cells = band.cells[start..<min(start + width, band.cells.count)]
      let label = "\(cells[start].items.lowerBound)"
      sink.write(String(repeating: " ", count: max(0, MapText.labelWidth - 2 - label.count)) + label + "  ")
      write(cells, to: sink, style)
      sink.write("\n")
    }
    if band.cells.isEmpty { sink.write("          none yet\n") }
    guard let worst = band.gapFindings.first else { return }
    let count = band.gapFindings.count
    style.write("          gap: \(worst.kind.name)\(count > 1 ? " and \(count - 1) more" : "")\n", .yellow, to: sink)
  }

  /// Neighbours of one tone are written as one, so that colour costs little.
  private func write(_ cells: ArraySlice<MapCell>, to sink: ByteSink, _ style: Style) {
    var start = cells.startIndex
    while start < cells.endIndex {
      let tone = MapGlyph.tone(cells[start])
      let end = cells[start...].firstIndex { MapGlyph.tone($0) != tone } ?? cells.endIndex
      style.write(String(cells[start..<end].map(MapGlyph.of)), tone, to: sink)
      start = end
    }
  }

  private func writeLegend(to sink: ByteSink, _ style: Style) {
    guard !page.map.bands.isEmpty else { return }
    sink.write("\n")
    let list = FieldList(to: sink, style: style)
    list.heading("Legend")
    for row in MapGlyph.legend(page.map) { list.field(String(row.glyph), row.words) }
    list.finish()
  }

  private func writeFindings(to sink: ByteSink, _ style: Style) {
    sink.write("\n")
    let list = FieldList(to: sink, style: style)
    list.heading("Findings")
    if page.report.counts.isEmpty { list.field("none", "") }
    for finding in firstOfEachKind { write(finding, to: list) }
    list.finish()
    guard page.map.bands.isEmpty else { return }
    sink.write("\nNothing tells where the zones are: --geometry or --like can supply it.\n")
  }

  /// The picture shows where all of them are; the list says what they are.
  private var firstOfEachKind: [Finding] {
    var seen: Set<FindingKind> = []
    return page.report.findings.filter { seen.insert($0.kind).inserted }
  }

  private func write(_ finding: Finding, to list: FieldList) {
    let count = page.report.counts.first { $0.kind == finding.kind }?.count ?? 1
    let times = count > 1 ? "\(finding.severity.rawValue), \(count) times" : finding.severity.rawValue
    list.field(
      finding.kind.name, times, note: (count > 1 ? "the first: " : "") + finding.place, finding.severity.tone)
    list.field("", "", note: finding.evidence)
  }
}
