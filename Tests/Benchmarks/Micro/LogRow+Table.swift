internal import MKraftOutput

/// The same as text.
extension LogRow {
  /// Of widths fixed in advance, so that rows are written as they come.
  static let columns = [
    TextColumn("OP", .right, width: 7), TextColumn("SLOT", .right, width: 7), TextColumn("TERM", .right, width: 5),
    TextColumn("STATE", width: 8), TextColumn("CHECKSUM", width: 32), TextColumn("SIZE", .right, width: 7),
  ]

  func write(to table: TextTable) {
    table.cell(decimal: op)
    table.cell(decimal: UInt64(slot))
    table.cell(decimal: term)
    table.cell(state)
    table.cell(hex: checksum)
    table.cell(decimal: UInt64(size))
    table.endRow()
  }
}
