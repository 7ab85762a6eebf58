/// Says that a repair of the file was begun and is not finished: what stands in the file may be neither what it was nor what it is
/// to be. It stands behind every superblock copy, where otherwise zeros are, and is one atom, so that a power cut leaves it whole
/// or not at all.
public struct RepairMark: Sendable, Equatable {
  public static let byteCount = 512
  /// Most bytes of the undo log's path.
  public static let pathLimit = byteCount - Layout.pathOffset
  /// ASCII "MKRAFTRM", as a little-endian integer.
  public static let magic: UInt64 = 0x4D52_5446_4152_4B4D

  /// file_id of the file that is repaired.
  public var fileID: UInt128
  /// Checksum of the undo log's header, which names every change.
  public var log: UInt128
  /// Checksum of the plan.
  public var plan: UInt128
  /// Sequence of the superblock that the plan was made for.
  public var sequence: UInt64
  /// Where the mark stands in the file.
  public var offset: UInt64
  /// Of the undo log, when the repair was begun; UTF-8, at most `pathLimit` bytes.
  public var path: String

  public init(fileID: UInt128, log: UInt128, plan: UInt128, sequence: UInt64, offset: UInt64, path: String) {
    precondition(path.utf8.count <= RepairMark.pathLimit, "the path fits into the mark")
    self.fileID = fileID
    self.log = log
    self.plan = plan
    self.sequence = sequence
    self.offset = offset
    self.path = path
  }
}

extension RepairMark {
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 16 to 511, as repair-mark")
    public static let magic = Field<UInt64>("magic", at: 16, "ASCII MKRAFTRM")
    public static let offset = Field<UInt64>("offset", at: 24, "of the mark in the file")
    public static let fileID = Field<UInt128>("file_id", at: 32, "of the file that is repaired")
    public static let log = Field<UInt128>("log", at: 48, "checksum of the undo log's header")
    public static let plan = Field<UInt128>("plan", at: 64, "checksum of the repair's plan")
    public static let sequence = Field<UInt64>("sequence", at: 80, "of the superblock that the plan was made for")
    public static let kind = Field<UInt8>("kind", at: 88, "14: repair-mark")
    public static let reserved = 89..<94
    public static let pathSize = Field<UInt16>("path_size", at: 94, "bytes of the path")
    static let pathOffset = 96

    public static var rows: [FieldRow] {
      [
        checksum.row, magic.row, offset.row, fileID.row, log.row, plan.row, sequence.row, kind.row,
        .reserved(reserved), pathSize.row,
        FieldRow(
          name: "path", offset: pathOffset, size: RepairMark.pathLimit,
          meaning: "of the undo log, UTF-8, the rest zero"),
      ]
    }
  }

  /// The mark at the start of `bytes`, which were read at `offset` of a file; nil if that is not one, or not one of this place.
  public init?(decoding bytes: RawSpan, at offset: UInt64) {
    guard bytes.byteCount >= RepairMark.byteCount, bytes.load(Layout.magic) == RepairMark.magic else { return nil }
    let bytes = bytes.extracting(0..<RepairMark.byteCount)
    let size = Int(bytes.load(Layout.pathSize))
    let end = Layout.pathOffset + size
    guard bytes.load(Layout.kind) == StructureKind.repairMark.rawValue, size <= RepairMark.pathLimit,
      bytes.load(Layout.checksum) == Checksum.of(bytes.extracting(16..<RepairMark.byteCount), as: .repairMark),
      bytes.load(Layout.offset) == offset, bytes.isZero(Layout.reserved), bytes.isZero(end..<RepairMark.byteCount)
    else { return nil }
    self.init(
      fileID: bytes.load(Layout.fileID), log: bytes.load(Layout.log), plan: bytes.load(Layout.plan),
      sequence: bytes.load(Layout.sequence), offset: offset,
      path: String(decoding: [UInt8](copying: bytes.extracting(Layout.pathOffset..<end)), as: UTF8.self))
  }

  /// The 512 bytes.
  public var encoded: [UInt8] {
    var image = [UInt8](repeating: 0, count: RepairMark.byteCount)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.store(RepairMark.magic, Layout.magic)
    bytes.store(offset, Layout.offset)
    bytes.store(fileID, Layout.fileID)
    bytes.store(log, Layout.log)
    bytes.store(plan, Layout.plan)
    bytes.store(sequence, Layout.sequence)
    bytes.store(StructureKind.repairMark.rawValue, Layout.kind)
    bytes.store(UInt16(path.utf8.count), Layout.pathSize)
    bytes.copy(Array(path.utf8).rawSpan, toByteOffset: Layout.pathOffset)
    bytes.store(Checksum.of(bytes.bytes.extracting(16..<RepairMark.byteCount), as: .repairMark), Layout.checksum)
    return image
  }
}

extension Geometry {
  /// From the start of a superblock copy to the mark behind it: beyond the largest I/O unit, so that a copy and a mark are never
  /// written together.
  public static let repairMarkDistance: UInt64 = 65536

  /// Where the mark of a repair stands behind a superblock copy.
  public func repairMarkRange(copy: Int) -> Range<UInt64> {
    let start = offset(of: .superblock(copy)) + Geometry.repairMarkDistance
    return start..<start + UInt64(RepairMark.byteCount)
  }
}
