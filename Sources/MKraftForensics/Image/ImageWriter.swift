internal import Glibc
internal import MKraftFormat
public import MKraftStorage
internal import SystemPackage

/// Makes images: reads a data file piece by piece and writes what may be in the image.
///
/// Of a file in use an image is of one superblock: rings, replies and blocks are read between two looks at the copies that found
/// the same one, so that all of them are what it speaks for; if it was updated meanwhile, everything is read again.
///
/// A file with damage in its tree is verified too, so that what needs keys and values can be recorded (`ReplacedBlocks`): then it is
/// read twice.
///
/// Memory: two buffers of a piece, 32 bytes for each piece, 4 bytes for each slot of the log, and 12 MiB at most for the bounds of leaves and the set of blocks.
public struct ImageWriter {
  public struct Options: Sendable {
    /// Whether bytes of users are left out.
    public var isRedacted = true
    /// Whether a replica runs on the file.
    public var isLive = false
    /// Alignment of direct I/O that the data file's device asks for, bytes.
    public var alignment = 4096

    public init() {}
  }

  /// What was made.
  public struct Summary: Sendable, Equatable {
    /// Of the data file.
    public var dataByteCount: UInt64 = 0
    /// Of the image.
    public var imageByteCount: UInt64 = 0
    public var isRedacted = true
    public var redacted = ImageRedactions()
    /// Checksums whose result was recorded, because they cover bytes that were left out.
    public var recordedChecksums: UInt64 = 0
    /// Bytes that the device did not give.
    public var unreadable: UInt64 = 0
    /// Whether all of it is of one superblock; otherwise nothing can be concluded from it (`ImageHeader.isUnsteady`).
    public var isSteady = true
  }

  public enum Failure: Error, Sendable, Equatable {
    /// The data file is larger than `byteCountMax`.
    case tooLarge
    /// The image could not be written.
    case output(StorageError)
  }

  /// The largest data file, bytes.
  public static let byteCountMax = ImageHeader.piecesMax << UInt64(ImageHeader.pieceShifts.upperBound)
  /// Times that a file in use is read, if its superblock is updated each time.
  public static let passesMax = 16
  /// Pieces between two looks whether that has happened.
  private static let piecesPerLook: UInt64 = 16
  /// Bytes read again one by one when a piece cannot be read.
  private static let unit = ImagePiece.unreadableUnit

  private let source: any Storage
  private let target: any Storage
  private var header: ImageHeader
  /// What a file in use is read as of.
  private let superblock: Superblock?
  private var redactor: ImageRedactor?
  private let piece: IOBuffer
  private let pending: IOBuffer
  private var pendingCount = ImageHeader.byteCount
  private var flushed: UInt64 = 0
  private var index = ImageBytes()
  private var summary = Summary()

  /// Writes an image of `source` to `target`, which is empty. What is written is not durable until the caller syncs it.
  /// - Parameter progress: called with the bytes of the data file that are done, and of how many.
  public static func write(
    _ source: any Storage, to target: any Storage, _ options: Options,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(Failure) -> Summary {
    for pass in 1... {
      // The superblock first: the file may have grown for the next one.
      let superblock = options.isLive ? SuperblockLook(source, isLive: true).decision.chosen : nil
      guard var header = ImageHeader(dataByteCount: source.byteCount) else { throw .tooLarge }
      header.isRedacted = options.isRedacted
      header.isLive = options.isLive
      header.alignment = options.alignment
      var writer = ImageWriter(source, target, header, superblock)
      do throws(StorageError) {
        if let summary = try writer.run(isLast: pass == passesMax, progress) { return summary }
        try target.resize(to: 0)
      } catch { throw .output(error) }
    }
    preconditionFailure("the last pass makes an image, whatever the file does")
  }

  private init(
    _ source: any Storage, _ target: any Storage, _ header: ImageHeader, _ superblock: Superblock?
  ) {
    self.source = source
    self.target = target
    self.header = header
    self.superblock = superblock
    redactor = header.isRedacted ? ImageRedactor(source) : nil
    piece = IOBuffer(byteCount: header.pieceByteCount)
    pending = IOBuffer(byteCount: 1 << 20)
  }

  /// - Parameter isLast: whether an image is made also if the file does not hold still.
  /// - Returns: nil if the superblock was updated meanwhile.
  private mutating func run(
    isLast: Bool, _ progress: (UInt64, UInt64) -> Void
  ) throws(StorageError) -> Summary? {
    for number in 0..<header.pieceCount {
      let range = header.range(of: number)
      try write(number, range)
      progress(range.upperBound, header.dataByteCount)
      if !isLast, (number + 1) % ImageWriter.piecesPerLook == 0, hasMoved(inPassing: true) { return nil }
    }
    header.isUnsteady = hasMoved(inPassing: false)
    if header.isUnsteady, !isLast { return nil }
    if !header.isLive, redactor?.mayLackValues == true { header.replaced = ReplacedBlocks(of: source) }
    header.indexOffset = position
    header.indexChecksum = Checksum.of(index.bytes.rawSpan, seed: ImageHeader.seed)
    try append(index.bytes)
    header.imageByteCount = position
    try finish()
    summary.dataByteCount = header.dataByteCount
    summary.imageByteCount = header.imageByteCount
    summary.isRedacted = header.isRedacted
    summary.isSteady = !header.isUnsteady
    return summary
  }

  /// Whether a file in use has another superblock than when it was first looked at.
  /// - Parameter inPassing: whether an update that is under way may be overlooked.
  private func hasMoved(inPassing: Bool) -> Bool {
    guard header.isLive else { return false }
    let now = SuperblockLook(source, isLive: !inPassing).decision.chosen
    return now?.checksum != superblock?.checksum
  }

  // MARK: Pieces

  private mutating func write(_ number: UInt64, _ range: Range<UInt64>) throws(StorageError) {
    var draft = PieceDraft(piece, range, unreadable: read(range))
    redactor?.redact(&draft)
    summary.redacted.add(draft.redacted)
    summary.recordedChecksums += UInt64(draft.piece.answers.count { !$0.covered.isEmpty })
    for one in draft.piece.unreadable { summary.unreadable += UInt64(one.range.count) }
    var entry = ImageIndexEntry()
    let piece = piece
    if let image = draft.piece.encoded(piece.bytes.extracting(0..<range.count)) {
      entry.offset = position
      entry.count = UInt64(image.bytes.count)
      entry.checksum = Checksum.of(image.bytes.rawSpan, seed: ImageHeader.pieceSeed &+ number)
      try append(image.bytes)
    }
    entry.append(to: &index)
  }

  /// Reads a piece; what cannot be read is zero, and named.
  private func read(_ range: Range<UInt64>) -> [ImagePiece.Unreadable] {
    piece.zero(0..<piece.byteCount)
    if (try? source.read(range.count, at: range.lowerBound, into: piece)) != nil { return [] }
    var unreadable: [ImagePiece.Unreadable] = []
    for start in stride(from: 0, to: range.count, by: ImageWriter.unit) {
      let end = min(start + ImageWriter.unit, range.count)
      do throws(StorageError) {
        _ = try source.read(end - start, at: range.lowerBound + UInt64(start), into: piece, from: start)
      } catch {
        piece.zero(start..<end)
        let number = ImageWriter.number(of: error)
        if let last = unreadable.last, last.range.upperBound == start, last.error == number {
          unreadable[unreadable.count - 1].range = last.range.lowerBound..<end
        } else {
          unreadable.append(ImagePiece.Unreadable(range: start..<end, error: number))
        }
      }
    }
    return unreadable
  }

  private static func number(of error: StorageError) -> Int32 {
    if case .errno(let errno) = error.cause { errno.rawValue } else { Errno.ioError.rawValue }
  }

  // MARK: Output

  private var position: UInt64 { flushed + UInt64(pendingCount) }

  private mutating func append(_ bytes: [UInt8]) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      let count = min(bytes.count - done, pending.byteCount - pendingCount)
      pending.copy(from: bytes.rawSpan.extracting(done..<done + count), at: pendingCount)
      pendingCount += count
      done += count
      if pendingCount == pending.byteCount { try flush(pending.byteCount) }
    }
  }

  private mutating func flush(_ count: Int) throws(StorageError) {
    try target.write(count, at: flushed, from: pending)
    flushed += UInt64(count)
    pendingCount = 0
  }

  /// Writes what is left, in whole units, and the header last.
  private mutating func finish() throws(StorageError) {
    let unit = max(target.directAlignment, ImageHeader.byteCount)
    if pendingCount > 0 {
      let rounded = (pendingCount + unit - 1) / unit * unit
      pending.zero(pendingCount..<rounded)
      try flush(rounded)
    }
    // The header's unit may hold the beginning of the first piece.
    let first = IOBuffer(byteCount: unit)
    _ = try target.read(unit, at: 0, into: first)
    var bytes = first.mutableBytes
    header.encode(into: &bytes)
    try target.write(unit, at: 0, from: first)
  }
}
