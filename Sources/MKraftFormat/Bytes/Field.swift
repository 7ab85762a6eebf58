/// One field of a structure: where it lies, how wide it is, what it means.
///
/// The layout of each structure is a list of these; decoding and encoding use the very same values, the manual's tables are
/// compared with them, and tools that annotate bytes read them.
public struct Field<Value: FixedWidthInteger & BitwiseCopyable & Sendable>: Sendable {
  public let name: StaticString
  /// Bytes from the start of the structure.
  public let offset: Int
  public let meaning: StaticString

  @inlinable
  public init(_ name: StaticString, at offset: Int, _ meaning: StaticString) {
    self.name = name
    self.offset = offset
    self.meaning = meaning
  }

  /// Width in bytes.
  @inlinable public var size: Int { MemoryLayout<Value>.size }

  /// This field as a row of its structure's table.
  public var row: FieldRow {
    FieldRow(name: name.description, offset: offset, size: size, meaning: meaning.description)
  }
}
