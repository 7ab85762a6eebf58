/// A table for people: aligned columns two spaces apart, no trailing spaces.
///
/// With all widths fixed in advance every row is written at once. Else up to `maxBufferedRows` rows are held to find
/// the widths; further ones are written as they come. Cells are given one by one, so that a long table costs no
/// strings:
///
///     table.cell(decimal: op)
///     table.cell(hex: checksum)
///     table.endRow()
///     table.finish()
///
/// Widths count characters, not bytes; text from outside is given as `cell(escaped:)`.
public final class TextTable {
  /// Most rows held to find the widths of columns.
  public static let maxBufferedRows = 4096

  private struct Cell {
    let byteCount: Int
    let width: Int
    let tone: Tone
  }

  private let columns: [TextColumn]
  private let sink: ByteSink
  private let style: Style
  private let hasHeader: Bool
  private let indent: Int
  private var widths: [Int]
  private var isStreaming: Bool
  private var isHeaderWritten = false

  /// The cell being written.
  private let scratch = ByteSink.memory()
  /// Rows not yet written: their text, one cell after another, and what it is made of.
  private var heldBytes: [UInt8] = []
  private var heldCells: [Cell] = []

  /// A table on `sink`, which the owner flushes. `indent` is the number of spaces before each row.
  public init(
    _ columns: [TextColumn], to sink: ByteSink, style: Style = .plain, hasHeader: Bool = true, indent: Int = 0
  ) {
    precondition(!columns.isEmpty, "a table has columns")
    self.columns = columns
    self.sink = sink
    self.style = style
    self.hasHeader = hasHeader
    self.indent = indent
    isStreaming = columns.allSatisfy { $0.width != nil }
    widths = columns.map { max($0.width ?? 0, hasHeader ? characterCount($0.title.utf8.span) : 0) }
  }

  /// Adds a cell of the program's own text.
  public func cell(_ text: String, _ tone: Tone = .plain) {
    scratch.write(text)
    endCell(tone)
  }

  /// Adds a cell of text from outside.
  public func cell(escaped text: String, _ tone: Tone = .plain) {
    scratch.writeEscaped(text)
    endCell(tone)
  }

  /// Adds a decimal number.
  public func cell(decimal value: UInt64, _ tone: Tone = .plain) {
    scratch.writeDecimal(value)
    endCell(tone)
  }

  /// Adds a checksum or an id: the first `digits` of its 32 hexadecimal digits (1 to 32).
  public func cell(hex value: UInt128, digits: Int = 32, _ tone: Tone = .plain) {
    precondition((1...32).contains(digits), "an id has 32 hexadecimal digits")
    if digits == 32 {
      scratch.writeHex(value)
    } else {
      writePrefix(value >> UInt128(4 * (32 - digits)), digits: digits)
    }
    endCell(tone)
  }

  /// Adds a cell of what `body` writes: one line.
  public func cell(_ tone: Tone = .plain, _ body: (ByteSink) -> Void) {
    body(scratch)
    endCell(tone)
  }

  /// Ends a row that has a cell for every column.
  public func endRow() {
    precondition(heldCells.count % columns.count == 0, "a row has a cell for every column")
    if !isStreaming, heldCells.count / columns.count >= Self.maxBufferedRows { isStreaming = true }
    if isStreaming { writeHeld() }
  }

  /// Adds a row of the program's own texts.
  public func row(_ texts: String...) {
    precondition(texts.count == columns.count, "a row has a cell for every column")
    for text in texts { cell(text) }
    endRow()
  }

  /// Writes what is held: rows, and the header even of a table without rows.
  public func finish() {
    precondition(heldCells.count % columns.count == 0, "a row has a cell for every column")
    writeHeld()
  }

  private func writePrefix(_ value: UInt128, digits: Int) {
    if digits > 16 { scratch.writeHex(UInt64(truncatingIfNeeded: value >> 64), digits: digits - 16) }
    scratch.writeHex(UInt64(truncatingIfNeeded: value), digits: min(digits, 16))
  }

  private func endCell(_ tone: Tone) {
    let start = heldBytes.count
    scratch.move(to: &heldBytes)
    let width = characterCount(heldBytes.span.extracting(start..<heldBytes.count))
    let column = heldCells.count % columns.count
    if !isStreaming, columns[column].width == nil, width <= columns[column].widthLimit {
      widths[column] = max(widths[column], width)
    }
    heldCells.append(Cell(byteCount: heldBytes.count - start, width: width, tone: tone))
  }

  private func writeHeld() {
    writeHeader()
    // Taken out for the while, since a span forbids changes to the table; the storage is kept.
    var text: [UInt8] = []
    swap(&text, &heldBytes)
    writeRows(text.span)
    text.removeAll(keepingCapacity: true)
    swap(&text, &heldBytes)
    heldCells.removeAll(keepingCapacity: true)
  }

  private func writeRows(_ text: Span<UInt8>) {
    var offset = 0
    var padding = 0
    for (index, cell) in heldCells.enumerated() {
      let column = index % columns.count
      if column == 0 { padding = indent }
      padding = write(text.extracting(offset..<offset + cell.byteCount), cell, column: column, padding: padding)
      if column == columns.count - 1 { sink.write(Ascii.newline) }
      offset += cell.byteCount
    }
  }

  private func writeHeader() {
    guard hasHeader, !isHeaderWritten else { return }
    isHeaderWritten = true
    var padding = indent
    for (index, column) in columns.enumerated() {
      let title = column.title.utf8.span
      let cell = Cell(byteCount: title.count, width: characterCount(title), tone: .bold)
      padding = write(title, cell, column: index, padding: padding)
    }
    sink.write(Ascii.newline)
  }

  /// Writes a cell after the spaces that are due before it; returns those due after it. Spaces are written only before
  /// text, so that no row ends in them.
  private func write(_ text: Span<UInt8>, _ cell: Cell, column: Int, padding: Int) -> Int {
    let separation = 2
    let rest = max(0, widths[column] - cell.width)
    guard cell.width > 0 else { return padding + rest + separation }
    let isRight = columns[column].alignment == .right
    sink.write(Ascii.space, count: padding + (isRight ? rest : 0))
    style.begin(cell.tone, on: sink)
    sink.write(text)
    style.end(cell.tone, on: sink)
    return separation + (isRight ? 0 : rest)
  }
}

/// Characters of UTF-8 text: every byte but those that continue one.
func characterCount(_ text: Span<UInt8>) -> Int {
  var count = 0
  for index in text.indices where text[index] & 0xC0 != 0x80 { count += 1 }
  return count
}
