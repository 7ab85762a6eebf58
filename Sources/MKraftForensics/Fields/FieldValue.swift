internal import MKraftFormat

/// The value of a field, by its meaning.
public enum FieldValue: Sendable, Equatable {
  case number(UInt64)
  case byteCount(UInt64)
  /// An id or a checksum; 0 is none.
  case identifier(UInt128)
  case release(UInt32)
  case flag(UInt64)
  /// Nanoseconds since 1970 UTC.
  case time(UInt64)
  /// A number that stands for something.
  case named(UInt64, name: String)
  case mask(UInt64)
  case text([UInt8])
  /// A range that must be zero, and how many of its bytes are not.
  case zero(nonZero: Int)
  /// Contents of so many bytes.
  case bytes(Int)
}

extension FieldValue {
  /// Reads the `range` of a structure's bytes; an integer's has 1, 2, 4, 8 or, of an identifier, 16 bytes.
  init(_ bytes: RawSpan, _ range: Range<Int>, _ format: FieldFormat) {
    let isInteger = ![.identifier, .text, .zero, .bytes].contains(format)
    let integer = isInteger ? FieldValue.integer(bytes, range) : 0
    self =
      switch format {
      case .number: .number(integer)
      case .byteCount: .byteCount(integer)
      case .identifier: .identifier(bytes.load(fromByteOffset: range.lowerBound))
      case .release: .release(UInt32(truncatingIfNeeded: integer))
      case .flag: .flag(integer)
      case .time: .time(integer)
      case .mask: .mask(integer)
      case .operation: .named(integer, name: Operation.name(of: UInt8(truncatingIfNeeded: integer)))
      case .kind: .named(integer, name: FieldValue.kind(integer))
      case .blockType: .named(integer, name: FieldValue.blockType(integer))
      case .text: .text([UInt8](copying: bytes.extracting(range)))
      case .zero: .zero(nonZero: range.count { bytes.load(fromByteOffset: $0, as: UInt8.self) != 0 })
      case .bytes: .bytes(range.count)
      }
  }

  private static func kind(_ number: UInt64) -> String {
    UInt8(exactly: number).flatMap(StructureKind.init(rawValue:))?.name ?? "unknown-kind"
  }

  private static func blockType(_ number: UInt64) -> String {
    UInt8(exactly: number).flatMap(BlockHeader.BlockType.init(rawValue:))?.name ?? "unknown-type"
  }

  private static func integer(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    switch range.count {
    case 1: UInt64(bytes.load(fromByteOffset: range.lowerBound, as: UInt8.self))
    case 2: UInt64(bytes.load(fromByteOffset: range.lowerBound, as: UInt16.self))
    case 4: UInt64(bytes.load(fromByteOffset: range.lowerBound, as: UInt32.self))
    case 8: bytes.load(fromByteOffset: range.lowerBound)
    default: preconditionFailure("integers have 1, 2, 4 or 8 bytes")
    }
  }
}

extension SuperblockField {
  /// The value in a superblock's bytes.
  public func value(in bytes: RawSpan) -> FieldValue { FieldValue(bytes, range, format) }
}
