internal import MKraftFormat

/// The first 4 KiB of an image: a small dump of a data file for bug reports.
///
///     | header 4096 | piece | piece | ... | index: 32 bytes a piece |
///
/// A piece stands for so many bytes of the data file (`pieceByteCount`); of one that is all zero there is an index entry only. All
/// integers are little-endian. Every part has its checksum: a damaged header or index makes the image unreadable as a whole, a
/// damaged piece makes the bytes it stands for unreadable.
public struct ImageHeader: Sendable, Equatable {
  static let byteCount = 4096
  static let version: UInt32 = 1
  /// Seed of the checksums of header and index: no structure of a data file has it.
  static let seed: UInt64 = 0x6D6B_7261_6674_0100
  /// Seed of the checksum of piece 0; each further piece has the next one, so that none passes for another.
  static let pieceSeed: UInt64 = 0x6D6B_7261_6675_0000
  static let piecesMax: UInt64 = 1 << 18
  static let pieceShifts = 20...24

  enum Layout {
    /// ASCII "mkraft-ctl image".
    static let magic: [UInt8] = Array("mkraft-ctl image".utf8)
    static let checksum = Field<UInt128>("checksum", at: 16, "of bytes 32 to 4095")
    static let version = Field<UInt32>("version", at: 32, "1")
    static let flags = Field<UInt32>("flags", at: 36, "1 redacted, 2 of a file in use, 4 of several superblocks")
    static let dataByteCount = Field<UInt64>("data_byte_count", at: 40, "bytes of the data file")
    static let alignment = Field<UInt32>("alignment", at: 48, "of direct I/O where the data file was")
    static let pieceShift = Field<UInt32>("piece_shift", at: 52, "a piece stands for 2 to this bytes: 20 to 24")
    static let indexOffset = Field<UInt64>("index_offset", at: 56, "where the index begins; it ends the image")
    static let pieceCount = Field<UInt64>("piece_count", at: 64, "entries of the index")
    static let imageByteCount = Field<UInt64>("image_byte_count", at: 72, "bytes of the image")
    static let indexChecksum = Field<UInt128>("index_checksum", at: 80, "of the index")
  }

  /// Whether bytes of users were left out.
  public var isRedacted = true
  /// Whether a replica ran on the file meanwhile.
  public var isLive = false
  /// Whether the superblock was updated while the image was made, whenever that was tried: its parts are of different times, and
  /// what contradicts in it may be of one piece in the file.
  public var isUnsteady = false
  /// Length of the data file, bytes.
  public var dataByteCount: UInt64 = 0
  /// Alignment of direct I/O that the data file's device asked for, bytes.
  public var alignment = 4096
  var pieceShift = ImageHeader.pieceShifts.lowerBound
  var indexOffset: UInt64 = 0
  /// Length of the image, bytes.
  public var imageByteCount: UInt64 = 0
  var indexChecksum: UInt128 = 0
  /// Damaged blocks of values that the log replaces; none if nothing was left out.
  var replaced = ReplacedBlocks()

  /// - Returns: nil if the data file is too large for an image.
  init?(dataByteCount: UInt64) {
    self.dataByteCount = dataByteCount
    while pieceCount > ImageHeader.piecesMax {
      pieceShift += 1
      guard ImageHeader.pieceShifts.contains(pieceShift) else { return nil }
    }
  }

  /// Bytes of the data file that a piece stands for; the last one may stand for fewer.
  var pieceByteCount: Int { 1 << pieceShift }
  var pieceCount: UInt64 {
    dataByteCount >> UInt64(pieceShift) + (dataByteCount & UInt64(pieceByteCount - 1) > 0 ? 1 : 0)
  }

  /// Whether pieces are as small as they can be: a reader's memory is that of a few of them.
  private var hasSmallestPieces: Bool {
    pieceShift == ImageHeader.pieceShifts.lowerBound
      || dataByteCount > ImageHeader.piecesMax << UInt64(pieceShift - 1)
  }

  /// The bytes of the data file that a piece stands for.
  func range(of piece: UInt64) -> Range<UInt64> {
    let start = piece << UInt64(pieceShift)
    return start..<min(dataByteCount, start + UInt64(pieceByteCount))
  }

  // MARK: Bytes

  static func isMagic(_ bytes: RawSpan) -> Bool {
    Layout.magic.indices.allSatisfy { bytes.load(fromByteOffset: $0, as: UInt8.self) == Layout.magic[$0] }
  }

  init(decoding bytes: RawSpan) throws(ImageDefect) {
    guard ImageHeader.isMagic(bytes) else { throw .header }
    guard
      Checksum.of(bytes.extracting(32..<ImageHeader.byteCount), seed: ImageHeader.seed) == bytes.load(Layout.checksum)
    else { throw .header }
    let version = bytes.load(Layout.version)
    guard version == ImageHeader.version else { throw .versionUnknown(version) }
    let flags = bytes.load(Layout.flags)
    isRedacted = flags & 1 != 0
    isLive = flags & 2 != 0
    isUnsteady = flags & 4 != 0
    dataByteCount = bytes.load(Layout.dataByteCount)
    alignment = Int(bytes.load(Layout.alignment))
    pieceShift = Int(bytes.load(Layout.pieceShift))
    indexOffset = bytes.load(Layout.indexOffset)
    imageByteCount = bytes.load(Layout.imageByteCount)
    indexChecksum = bytes.load(Layout.indexChecksum)
    guard let replaced = ReplacedBlocks(decoding: bytes) else { throw .header }
    self.replaced = replaced
    guard ImageHeader.pieceShifts.contains(pieceShift), alignment >= 512, alignment <= 65536,
      alignment & (alignment - 1) == 0, pieceCount == bytes.load(Layout.pieceCount),
      pieceCount <= ImageHeader.piecesMax, hasSmallestPieces, indexOffset >= UInt64(ImageHeader.byteCount),
      indexOffset <= imageByteCount,
      imageByteCount - indexOffset == pieceCount * UInt64(ImageIndexEntry.byteCount)
    else { throw .header }
  }

  /// Writes the header to the beginning of `bytes`, which are zero.
  @_lifetime(bytes: copy bytes)
  func encode(into bytes: inout MutableRawSpan) {
    for (offset, byte) in Layout.magic.enumerated() { bytes.store(byte, toByteOffset: offset) }
    bytes.store(ImageHeader.version, Layout.version)
    bytes.store((isRedacted ? 1 : 0) | (isLive ? 2 : 0) | (isUnsteady ? 4 : 0), Layout.flags)
    bytes.store(dataByteCount, Layout.dataByteCount)
    bytes.store(UInt32(alignment), Layout.alignment)
    bytes.store(UInt32(pieceShift), Layout.pieceShift)
    bytes.store(indexOffset, Layout.indexOffset)
    bytes.store(pieceCount, Layout.pieceCount)
    bytes.store(imageByteCount, Layout.imageByteCount)
    bytes.store(indexChecksum, Layout.indexChecksum)
    replaced.encode(into: &bytes)
    let checksum = Checksum.of(bytes.bytes.extracting(32..<ImageHeader.byteCount), seed: ImageHeader.seed)
    bytes.store(checksum, Layout.checksum)
  }
}

/// Where a piece stands in the image.
struct ImageIndexEntry: Sendable {
  static let byteCount = 32

  /// Bytes from the start of the image; 0 if every byte that the piece stands for is zero.
  var offset: UInt64 = 0
  var count: UInt64 = 0
  var checksum: UInt128 = 0

  init() {}

  init(decoding bytes: RawSpan, at base: Int) {
    offset = bytes.load(fromByteOffset: base)
    count = bytes.load(fromByteOffset: base + 8)
    checksum = bytes.load(fromByteOffset: base + 16)
  }

  func append(to bytes: inout ImageBytes) {
    bytes.append(offset)
    bytes.append(count)
    bytes.append(checksum)
  }
}

/// Why an image cannot be read.
public enum ImageDefect: Error, Sendable, Equatable {
  /// The header's checksum is wrong, or it contradicts itself.
  case header
  case versionUnknown(UInt32)
  /// The image is shorter or longer than its header says.
  case length(expected: UInt64, actual: UInt64)
  case index
  /// The piece that stands for these bytes of the data file is damaged, or was not given.
  case piece(Range<UInt64>)
}

extension ImageDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .header: "it is an image made by mkraft-ctl whose header is damaged; make it again, or copy it again"
    case .versionUnknown(let version): "it is an image of version \(version), which a newer release made"
    case .length(let expected, let actual):
      "it is an image of \(expected) bytes, of which this copy has \(actual); copy it again"
    case .index: "it is an image made by mkraft-ctl whose index is damaged; make it again, or copy it again"
    case .piece(let range):
      "it is an image made by mkraft-ctl whose piece for bytes \(range) of the data file is damaged; make it again, or copy it "
        + "again"
    }
  }
}
