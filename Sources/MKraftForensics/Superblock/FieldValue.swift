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
}

extension SuperblockField {
  /// The value in a superblock's bytes.
  public func value(in bytes: RawSpan) -> FieldValue {
    switch format {
    case .number: .number(integer(in: bytes))
    case .byteCount: .byteCount(integer(in: bytes))
    case .identifier: .identifier(bytes.load(fromByteOffset: offset))
    case .release: .release(UInt32(truncatingIfNeeded: integer(in: bytes)))
    case .flag: .flag(integer(in: bytes))
    case .time: .time(integer(in: bytes))
    case .mask: .mask(integer(in: bytes))
    case .operation: named(bytes) { Operation.name(of: UInt8(truncatingIfNeeded: $0)) }
    case .kind: named(bytes) { StructureKind(rawValue: UInt8(truncatingIfNeeded: $0))?.name ?? "unknown-kind" }
    case .text: .text([UInt8](copying: bytes.extracting(range)))
    case .zero: .zero(nonZero: range.count { bytes.load(fromByteOffset: $0, as: UInt8.self) != 0 })
    }
  }

  private func named(_ bytes: RawSpan, _ name: (UInt64) -> String) -> FieldValue {
    let number = integer(in: bytes)
    return .named(number, name: name(number))
  }

  private func integer(in bytes: RawSpan) -> UInt64 {
    switch size {
    case 1: UInt64(bytes.load(fromByteOffset: offset, as: UInt8.self))
    case 2: UInt64(bytes.load(fromByteOffset: offset, as: UInt16.self))
    case 4: UInt64(bytes.load(fromByteOffset: offset, as: UInt32.self))
    case 8: bytes.load(fromByteOffset: offset)
    default: preconditionFailure("integers have 1, 2, 4 or 8 bytes")
    }
  }
}
