/// A page of fields, `name  value  note`, in blocks under headings. Columns are aligned within a block.
public final class FieldList {
  /// Values longer than this do not push the notes of other fields.
  public static let valueWidthLimit = 40

  private let sink: ByteSink
  private let style: Style
  private let nameWidth: Int?
  private var block: TextTable?
  private var isFirst = true

  /// A page on `sink`, which the owner flushes. With `nameWidth` the values of all blocks begin in the same column.
  public init(to sink: ByteSink, style: Style = .plain, nameWidth: Int? = nil) {
    self.sink = sink
    self.style = style
    self.nameWidth = nameWidth
  }

  /// Begins a block under a heading, after an empty line unless it is the first.
  public func heading(_ text: String) {
    finish()
    if !isFirst { sink.write(Ascii.newline) }
    isFirst = false
    style.write(text, .bold, to: sink)
    sink.write(Ascii.newline)
  }

  /// Adds a field. `tone` colours the value; the note is dim.
  public func field(_ name: String, _ value: String, note: String = "", _ tone: Tone = .plain) {
    field(name, note: note, tone) { $0.write(value) }
  }

  /// Adds a number.
  public func field(_ name: String, decimal value: UInt64, note: String = "", _ tone: Tone = .plain) {
    field(name, note: note, tone) { $0.writeDecimal(value) }
  }

  /// Adds a checksum or an id.
  public func field(_ name: String, hex value: UInt128, note: String = "", _ tone: Tone = .plain) {
    field(name, note: note, tone) { $0.writeHex(value) }
  }

  /// Adds a field with what `value` writes: one line.
  public func field(_ name: String, note: String = "", _ tone: Tone = .plain, value: (ByteSink) -> Void) {
    let block = openBlock()
    block.cell(name)
    block.cell(tone, value)
    block.cell(note, .dim)
    block.endRow()
  }

  /// Writes the block that is held.
  public func finish() {
    block?.finish()
    block = nil
  }

  private func openBlock() -> TextTable {
    if let block { return block }
    let columns = [
      TextColumn("", width: nameWidth), TextColumn("", widthLimit: Self.valueWidthLimit), TextColumn(""),
    ]
    let opened = TextTable(columns, to: sink, style: style, hasHeader: false, indent: isFirst ? 0 : 2)
    isFirst = false
    block = opened
    return opened
  }
}
