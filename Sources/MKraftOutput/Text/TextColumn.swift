/// A column of a `TextTable`.
public struct TextColumn: Sendable {
  /// Which side its cells keep to.
  public enum Alignment: Sendable {
    case left
    case right
  }

  public let title: String
  public let alignment: Alignment
  /// Fixed in advance, or nothing to take it from the rows. A longer cell is never cut: it pushes the rest of its row.
  public let width: Int?
  /// Cells longer than this do not widen the column.
  public let widthLimit: Int

  public init(_ title: String, _ alignment: Alignment = .left, width: Int? = nil, widthLimit: Int = .max) {
    self.title = title
    self.alignment = alignment
    self.width = width
    self.widthLimit = widthLimit
  }
}
