internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

extension HexdumpPage {
  func writeText(to sink: ByteSink, _ style: Style) {
    let head = FieldList(to: sink, style: style)
    head.file(file)
    head.field("structure", dump.target.title)
    head.field("bytes", "\(dump.range.lowerBound)..<\(dump.range.upperBound)", note: "\(dump.bytes.count) bytes")
    for gap in dump.gaps {
      head.field("missing", "+\(gap.range.lowerBound)..<\(gap.range.upperBound)", note: gap.reason, .red)
    }
    if let defect = dump.defect { head.field("by itself") { $0.writeVisible(defect) } }
    head.finish()
    sink.write("\n")
    if dump.presentCount > 0 { style.write("  offset in file  +offset  bytes\n", .bold, to: sink) }
    for field in dump.fields { write(field, to: sink, style) }
    if hiddenCount > 0, dump.presentCount > 0 {
      sink.write("  and \(hiddenCount) bytes more: shown with a larger --length\n")
    }
    writeChecksums(to: sink, style)
  }

  // MARK: Fields

  /// A field's name and value, and its bytes in lines; a line that repeats the one before is left out.
  private func write(_ field: DumpField, to sink: ByteSink, _ style: Style) {
    let end = min(field.range.upperBound, dump.limit)
    var start = field.range.lowerBound
    var isRepeating = false
    while start < end {
      let line = start..<min(start + HexdumpPage.lineLength, end)
      let isFirst = start == field.range.lowerBound
      let isLast = line.upperBound == end
      if !isFirst, !isLast, line.count == HexdumpPage.lineLength, repeatsLineBefore(line) {
        if !isRepeating { sink.write("  *\n") }
        isRepeating = true
      } else {
        isRepeating = false
        writeBytes(line, to: sink)
        if isFirst { writeValue(of: field, to: sink, style) }
        sink.write("\n")
      }
      start = line.upperBound
    }
  }

  private func repeatsLineBefore(_ line: Range<Int>) -> Bool {
    line.allSatisfy { offset in
      dump.bytes[offset] == dump.bytes[offset - HexdumpPage.lineLength]
        && dump.isPresent(offset) == dump.isPresent(offset - HexdumpPage.lineLength)
    }
  }

  private func writeBytes(_ line: Range<Int>, to sink: ByteSink) {
    sink.write("  ")
    sink.writeHex(dump.range.lowerBound + UInt64(line.lowerBound), digits: 14)
    sink.write("  +")
    let position = String(line.lowerBound)
    sink.write(position)
    sink.write(String(repeating: " ", count: max(1, 9 - position.count)))
    for offset in line {
      if dump.isPresent(offset) { sink.writeHex(UInt64(dump.bytes[offset]), digits: 2) } else { sink.write("??") }
      sink.write(" ")
    }
    sink.write(String(repeating: "   ", count: HexdumpPage.lineLength - line.count))
    sink.write("|")
    for offset in line {
      let byte = dump.bytes[offset]
      let isPrintable = (0x20...0x7E).contains(byte) && dump.isPresent(offset)
      sink.write(isPrintable ? byte : UInt8(ascii: "."))
    }
    sink.write("|")
  }

  private func writeValue(of field: DumpField, to sink: ByteSink, _ style: Style) {
    let used = min(HexdumpPage.lineLength, field.range.count)
    sink.write(String(repeating: " ", count: HexdumpPage.lineLength - used + 2))
    style.write(field.name, .bold, to: sink)
    sink.write(" = ")
    guard let value = dump.value(of: field) else {
      sink.write("not there")
      return
    }
    value.write(to: sink)
  }

  // MARK: Checksums

  private func writeChecksums(to sink: ByteSink, _ style: Style) {
    sink.write("\n")
    style.write("Checksums", .bold, to: sink)
    sink.write("\n")
    let table = TextTable(
      [
        TextColumn("FIELD"), TextColumn("AS"), TextColumn("COVERS"), TextColumn("STATE"), TextColumn("EXPECTED"),
        TextColumn("ACTUAL"),
      ], to: sink, style: style, indent: 2)
    for checksum in dump.checksums {
      table.cell(checksum.name)
      table.cell(checksum.kind.name)
      table.cell(checksum.covered.map { "+\($0.lowerBound)..<\($0.upperBound)" } ?? "unknown")
      table.cell(checksum.state.rawValue, checksum.state == .right ? .green : .red)
      if let stored = checksum.stored { table.cell(hex: stored) } else { table.cell("not there") }
      if let computed = checksum.computed { table.cell(hex: computed) } else { table.cell("not computed") }
      table.endRow()
    }
    table.finish()
    sink.write("\n  what a replica makes of it: ")
    sink.write(next.description)
    sink.write("\n")
  }
}
