internal import MKraftFormat

/// A field of a structure that is shown byte by byte. All of them follow from the layout tables of the format.
public struct DumpField: Sendable, Equatable {
  public let name: String
  /// Bytes from the start of the structure.
  public let range: Range<Int>
  public let meaning: String
  let format: FieldFormat

  init(_ name: String, _ range: Range<Int>, _ meaning: String, _ format: FieldFormat) {
    self.name = name
    self.range = range
    self.meaning = meaning
    self.format = format
  }

  init(_ field: SuperblockField) { self.init(field.name, field.range, field.meaning, field.format) }

  /// The fields of a layout table, of a structure that begins at `base`.
  static func of(_ rows: [FieldRow], prefix: String = "", at base: Int = 0) -> [DumpField] {
    rows.map { row in
      DumpField(
        prefix + row.name, base + row.offset..<base + row.offset + row.size, row.meaning, FieldFormat.of(row))
    }
  }
}
