internal import MKraftFormat
internal import MKraftOutput

extension FieldList {
  /// What stands above all else that is told of a file with a repair in progress.
  func repair(_ mark: RepairMark?) {
    guard let mark else { return }
    field(
      "repair", "IN PROGRESS: no replica starts on the file until 'repair resume' or 'repair undo'", .red)
    field("undo log", .red) { $0.writeEscaped(mark.path) }
  }
}

extension JSONWriter {
  /// The member `repair`: what the mark of a repair in progress says; null if there is none.
  func repair(_ mark: RepairMark?) {
    guard let mark else { return field("repair", nil as String?) }
    object("repair") {
      field("undo_log", mark.path)
      field("plan", hex: mark.plan)
      field("sequence", mark.sequence)
      field("mark_offset", mark.offset)
    }
  }
}

extension Shape {
  /// What `JSONWriter.repair` writes.
  static let repair = Shape.nullable(
    .object([
      .init("undo_log", .string), .init("plan", .identifier), .init("sequence", .decimal),
      .init("mark_offset", .decimal),
    ]))
}
