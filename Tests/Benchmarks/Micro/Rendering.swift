internal import MKraftFormat
internal import MKraftOutput

extension MicroBenchmark {
  /// Rows rendered in memory, beside memcpy of what they become, row by row: whoever has the text already must do as much.
  static func rendering() -> [MicroBenchmark] {
    // Few enough that they stay in the processor's cache, as rows do that were just decoded.
    let rows = (0..<1024).map { LogRow($0) }
    let json = RenderedRows(rows) { rows, sink in
      let json = JSONWriter(sink, layout: .compact)
      for row in rows { row.write(to: json) }
    }
    let text = RenderedRows(rows) { rows, sink in
      let table = TextTable(LogRow.columns, to: sink, hasHeader: false)
      for row in rows { row.write(to: table) }
      table.finish()
    }
    return [("NDJSON", json), ("text table", text)].map { form, rendered in
      MicroBenchmark(
        name: "row of \(form), \(rendered.byteCount / rows.count) B", ours: rendered.rendering(),
        baselineName: "memcpy of the row", baseline: rendered.copying(), agrees: true)
    }
  }
}
