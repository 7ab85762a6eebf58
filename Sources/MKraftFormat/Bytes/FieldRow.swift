/// A row of a structure's table of fields: integers, reserved ranges and structures inside the structure alike.
public struct FieldRow: Sendable, Equatable {
  public let name: String
  /// Bytes from the start of the structure.
  public let offset: Int
  /// Bytes.
  public let size: Int
  public let meaning: String

  public init(name: String, offset: Int, size: Int, meaning: String) {
    self.name = name
    self.offset = offset
    self.size = size
    self.meaning = meaning
  }

  /// Bytes that must be zero.
  public static func reserved(_ range: Range<Int>) -> FieldRow {
    FieldRow(name: "reserved", offset: range.lowerBound, size: range.count, meaning: "zero")
  }

  public var range: Range<Int> { offset..<offset + size }
}
