/// The beginning of an undo log: which file was repaired, in which state it was, and how the log ends. Records follow it without
/// gaps (`UndoRecordHeader`).
public struct UndoLogHeader: Sendable, Equatable {
  public static let byteCount = 4096
  public static let version: UInt32 = 1
  /// Most bytes of the data file's path.
  public static let pathLimit = Layout.headBefore.offset - Layout.pathOffset
  /// ASCII "MKRAFTUL", as a little-endian integer.
  public static let magic: UInt64 = 0x4C55_5446_4152_4B4D

  /// Set by `encoded`: the log's id.
  public var checksum: UInt128 = 0
  public var cluster: UInt128 = 0
  public var fileID: UInt128 = 0
  /// Checksum of the plan.
  public var plan: UInt128 = 0
  /// The superblock that the file is opened at, before the repair and after it.
  public var superblock: UInt128 = 0
  public var sequence: UInt64 = 0
  public var recordCount: UInt64 = 0
  /// Bytes of header and records.
  public var logSize: UInt64 = 0
  /// Bytes of the data file.
  public var sizeBefore: UInt64 = 0
  public var sizeAfter: UInt64 = 0
  /// Checksum of the last record; the plan's if there is none.
  public var lastRecord: UInt128 = 0
  /// Exit code of the verdict on the data file.
  public var exitBefore: UInt8 = 0
  public var exitAfter: UInt8 = 0
  /// Of the data file, when the log was made; UTF-8.
  public var path = ""
  /// Checksum of the entry that the file's log ends with; 0 if it does not show where it ends. With the superblock it tells the file,
  /// and any copy of it as it was then, from copies of other moments.
  public var headBefore: UInt128 = 0
  public var headAfter: UInt128 = 0

  public init() {}
}

extension UndoLogHeader {
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 16 to 4095, as undo-log")
    public static let magic = Field<UInt64>("magic", at: 16, "ASCII MKRAFTUL")
    public static let version = Field<UInt32>("version", at: 24, "1")
    public static let release = Field<UInt32>("release", at: 28, "release that wrote the log")
    public static let cluster = Field<UInt128>("cluster", at: 32, "cluster id of the file")
    public static let fileID = Field<UInt128>("file_id", at: 48, "of the file")
    public static let plan = Field<UInt128>("plan", at: 64, "checksum of the repair's plan")
    public static let superblock = Field<UInt128>("superblock", at: 80, "checksum of the superblock chosen")
    public static let sequence = Field<UInt64>("sequence", at: 96, "of that superblock")
    public static let recordCount = Field<UInt64>("record_count", at: 104, "records in the log")
    public static let logSize = Field<UInt64>("log_size", at: 112, "bytes of header and records")
    public static let sizeBefore = Field<UInt64>("size_before", at: 120, "bytes of the file before the repair")
    public static let sizeAfter = Field<UInt64>("size_after", at: 128, "bytes of the file after the repair")
    public static let lastRecord = Field<UInt128>(
      "last_record", at: 136, "checksum of the last record, or the plan's")
    public static let kind = Field<UInt8>("kind", at: 152, "15: undo-log")
    public static let exitBefore = Field<UInt8>("exit_before", at: 153, "exit code of the verdict before the repair")
    public static let exitAfter = Field<UInt8>("exit_after", at: 154, "exit code of the verdict after the repair")
    public static let reserved = 155..<158
    public static let pathSize = Field<UInt16>("path_size", at: 158, "bytes of the path")
    static let pathOffset = 160
    public static let headBefore = Field<UInt128>(
      "head_before", at: 4064, "checksum of the last entry before the repair, 0: not known")
    public static let headAfter = Field<UInt128>("head_after", at: 4080, "of the last entry after the repair")

    public static var rows: [FieldRow] {
      [
        checksum.row, magic.row, version.row, release.row, cluster.row, fileID.row, plan.row, superblock.row,
        sequence.row, recordCount.row, logSize.row, sizeBefore.row, sizeAfter.row, lastRecord.row, kind.row,
        exitBefore.row, exitAfter.row, .reserved(reserved), pathSize.row,
        FieldRow(
          name: "path", offset: pathOffset, size: UndoLogHeader.pathLimit,
          meaning: "of the data file, UTF-8, the rest zero"),
        headBefore.row, headAfter.row,
      ]
    }
  }

  /// The header at the start of `bytes`; nil if that is not one.
  public init?(decoding bytes: RawSpan) {
    guard bytes.byteCount >= UndoLogHeader.byteCount, bytes.load(Layout.magic) == UndoLogHeader.magic else {
      return nil
    }
    let bytes = bytes.extracting(0..<UndoLogHeader.byteCount)
    checksum = bytes.load(Layout.checksum)
    let size = Int(bytes.load(Layout.pathSize))
    guard checksum == Checksum.of(bytes.extracting(16..<UndoLogHeader.byteCount), as: .undoLog),
      bytes.load(Layout.version) == UndoLogHeader.version, bytes.load(Layout.kind) == StructureKind.undoLog.rawValue,
      bytes.isZero(Layout.reserved), size <= UndoLogHeader.pathLimit,
      bytes.isZero(Layout.pathOffset + size..<Layout.headBefore.offset)
    else { return nil }
    cluster = bytes.load(Layout.cluster)
    fileID = bytes.load(Layout.fileID)
    plan = bytes.load(Layout.plan)
    superblock = bytes.load(Layout.superblock)
    sequence = bytes.load(Layout.sequence)
    recordCount = bytes.load(Layout.recordCount)
    logSize = bytes.load(Layout.logSize)
    sizeBefore = bytes.load(Layout.sizeBefore)
    sizeAfter = bytes.load(Layout.sizeAfter)
    lastRecord = bytes.load(Layout.lastRecord)
    exitBefore = bytes.load(Layout.exitBefore)
    exitAfter = bytes.load(Layout.exitAfter)
    headBefore = bytes.load(Layout.headBefore)
    headAfter = bytes.load(Layout.headAfter)
    let text = bytes.extracting(Layout.pathOffset..<Layout.pathOffset + size)
    path = String(decoding: [UInt8](copying: text), as: UTF8.self)
  }

  /// The 4096 bytes, sealed; `checksum` is set.
  public mutating func encode() -> [UInt8] {
    precondition(path.utf8.count <= UndoLogHeader.pathLimit, "the path fits into the header")
    var image = [UInt8](repeating: 0, count: UndoLogHeader.byteCount)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.store(UndoLogHeader.magic, Layout.magic)
    bytes.store(UndoLogHeader.version, Layout.version)
    bytes.store(FormatVersion.release, Layout.release)
    bytes.store(cluster, Layout.cluster)
    bytes.store(fileID, Layout.fileID)
    bytes.store(plan, Layout.plan)
    bytes.store(superblock, Layout.superblock)
    bytes.store(sequence, Layout.sequence)
    bytes.store(recordCount, Layout.recordCount)
    bytes.store(logSize, Layout.logSize)
    bytes.store(sizeBefore, Layout.sizeBefore)
    bytes.store(sizeAfter, Layout.sizeAfter)
    bytes.store(lastRecord, Layout.lastRecord)
    bytes.store(StructureKind.undoLog.rawValue, Layout.kind)
    bytes.store(exitBefore, Layout.exitBefore)
    bytes.store(exitAfter, Layout.exitAfter)
    bytes.store(UInt16(path.utf8.count), Layout.pathSize)
    bytes.copy(Array(path.utf8).rawSpan, toByteOffset: Layout.pathOffset)
    bytes.store(headBefore, Layout.headBefore)
    bytes.store(headAfter, Layout.headAfter)
    checksum = Checksum.of(bytes.bytes.extracting(16..<UndoLogHeader.byteCount), as: .undoLog)
    bytes.store(checksum, Layout.checksum)
    return image
  }
}
