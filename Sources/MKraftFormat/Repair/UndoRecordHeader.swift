/// What stands in an undo log before the old and the new bytes of one change. Records are chained by their checksums, so that none
/// can be missing, changed or in another order.
public struct UndoRecordHeader: Sendable, Equatable {
  public static let byteCount = 64
  /// Most bytes, old or new, of one record.
  public static let sizeLimit = 1 << 20

  /// Of the whole record, but this field.
  public var checksum: UInt128 = 0
  /// Checksum of the record before; of the first one, the plan's.
  public var previous: UInt128 = 0
  /// Where the bytes stand in the data file.
  public var offset: UInt64 = 0
  /// Bytes before the change; 0 where the file ended.
  public var oldSize: UInt32 = 0
  /// Bytes after it; 0 where the file ends then.
  public var newSize: UInt32 = 0

  public init() {}

  public enum Layout {
    public static let checksum = Field<UInt128>(
      "checksum", at: 0, "of bytes 16 to the end of the record, as undo-record")
    public static let previous = Field<UInt128>(
      "previous", at: 16, "checksum of the record before; of the first one, the plan's")
    public static let offset = Field<UInt64>("offset", at: 32, "of the bytes in the data file")
    public static let oldSize = Field<UInt32>("old_size", at: 40, "bytes before the change")
    public static let newSize = Field<UInt32>("new_size", at: 44, "bytes after the change")
    public static let kind = Field<UInt8>("kind", at: 48, "16: undo-record")
    public static let reserved = 49..<64

    public static var rows: [FieldRow] {
      [checksum.row, previous.row, offset.row, oldSize.row, newSize.row, kind.row, .reserved(reserved)]
    }
  }

  /// Bytes of the record, with this header.
  public var recordSize: Int { UndoRecordHeader.byteCount + Int(oldSize) + Int(newSize) }

  /// What the header at the start of `bytes` says; nil if that is not one. Its checksum is compared when the whole record is there.
  public init?(decoding bytes: RawSpan) {
    guard bytes.byteCount >= UndoRecordHeader.byteCount,
      bytes.load(Layout.kind) == StructureKind.undoRecord.rawValue, bytes.isZero(Layout.reserved)
    else { return nil }
    checksum = bytes.load(Layout.checksum)
    previous = bytes.load(Layout.previous)
    offset = bytes.load(Layout.offset)
    oldSize = bytes.load(Layout.oldSize)
    newSize = bytes.load(Layout.newSize)
    let limit = UInt32(UndoRecordHeader.sizeLimit)
    guard oldSize <= limit, newSize <= limit, offset <= 1 << 62 else { return nil }
  }

  /// Whether `record`, all of it, has the checksum that its header names.
  public func seals(_ record: RawSpan) -> Bool {
    record.byteCount == recordSize
      && Checksum.of(record.extracting(16..<recordSize), as: .undoRecord) == checksum
  }

  /// Writes the header in front of the bytes that already stand in `record`, and seals all of it.
  /// - Parameter record: `recordSize` bytes.
  @_lifetime(record: copy record)
  public mutating func seal(into record: inout MutableRawSpan) {
    record.zero(0..<UndoRecordHeader.byteCount)
    record.store(previous, Layout.previous)
    record.store(offset, Layout.offset)
    record.store(oldSize, Layout.oldSize)
    record.store(newSize, Layout.newSize)
    record.store(StructureKind.undoRecord.rawValue, Layout.kind)
    checksum = Checksum.of(record.bytes.extracting(16..<recordSize), as: .undoRecord)
    record.store(checksum, Layout.checksum)
  }
}
