internal import Glibc
internal import MKraftFormat
public import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// A data file as an image shows it: every reader works on it as on the file. Where bytes were left out it gives filler, and says of the
/// buffer that it put them into what the checks gave, unless it is `unanswered`; where the device gave nothing, or the image itself is damaged,
/// it gives an error.
///
/// Memory: the index, 8 MiB at most, and a few pieces.
public final class ImageStorage: StandInStorage {
  public let header: ImageHeader
  private let file: any Storage
  private let index: [ImageIndexEntry]
  private let cache: Mutex<Cache>
  /// Makes this reader's filler unlike that of others.
  private let number: UInt64
  /// Whether it says what the checks gave over the bytes that were left out.
  private let isAnswering: Bool
  private static let readers = Atomic<UInt64>(0)

  /// A piece that was read.
  private struct Loaded: Sendable {
    let number: UInt64
    let buffer: IOBuffer
    let piece: ImagePiece
    /// What checks gave that need bytes of the piece; places count from its start.
    let sums: [RecordedAnswers.Sum]
    let nodes: [RecordedAnswers.NodeSight]
  }

  private struct Cache: Sendable {
    /// The one used last stands last.
    var pieces: [Loaded] = []
  }

  /// Opens an image; nil if the file is none.
  public static func open(_ file: any Storage) throws(ImageDefect) -> ImageStorage? {
    let buffer = IOBuffer(byteCount: ImageHeader.byteCount)
    guard let count = try? file.read(buffer.byteCount, at: 0, into: buffer), count >= ImageHeader.Layout.magic.count,
      ImageHeader.isMagic(buffer.bytes)
    else { return nil }
    guard count == buffer.byteCount else { throw .length(expected: UInt64(buffer.byteCount), actual: UInt64(count)) }
    let header = try ImageHeader(decoding: buffer.bytes)
    // The last unit is written whole.
    let length = file.byteCount
    guard length >= header.imageByteCount, length - header.imageByteCount < 65536 else {
      throw .length(expected: header.imageByteCount, actual: length)
    }
    return ImageStorage(file, header, try readIndex(file, header), isAnswering: true)
  }

  private static func readIndex(_ file: any Storage, _ header: ImageHeader) throws(ImageDefect) -> [ImageIndexEntry] {
    let byteCount = Int(header.pieceCount) * ImageIndexEntry.byteCount
    guard byteCount > 0 else { return [] }
    let buffer = IOBuffer(byteCount: byteCount)
    guard (try? file.read(byteCount, at: header.indexOffset, into: buffer)) == byteCount,
      Checksum.of(buffer.bytes, seed: ImageHeader.seed) == header.indexChecksum
    else { throw .index }
    var index: [ImageIndexEntry] = []
    index.reserveCapacity(Int(header.pieceCount))
    // Pieces follow each other without gaps, so that whoever reads all of them reads every byte of the image once.
    var position = UInt64(ImageHeader.byteCount)
    for number in 0..<Int(header.pieceCount) {
      let entry = ImageIndexEntry(decoding: buffer.bytes, at: number * ImageIndexEntry.byteCount)
      guard entry.count <= UInt64(ImagePiece.byteCountMax(header.pieceByteCount)),
        entry.count == 0 || entry.offset == position
      else { throw .index }
      position += entry.count
      index.append(entry)
    }
    guard position == header.indexOffset else { throw .index }
    return index
  }

  private init(_ file: any Storage, _ header: ImageHeader, _ index: [ImageIndexEntry], isAnswering: Bool) {
    self.file = file
    self.isAnswering = isAnswering
    self.header = header
    self.index = index
    cache = Mutex(Cache())
    number = ImageStorage.readers.wrappingAdd(1, ordering: .relaxed).newValue
  }

  public var byteCount: UInt64 { header.dataByteCount }
  public var directAlignment: Int { header.alignment }
  public var isRedacted: Bool { header.isRedacted }
  public var replacedBlocks: ReplacedBlocks { isAnswering ? header.replaced : ReplacedBlocks() }
  public var unanswered: any Storage { ImageStorage(file, header, index, isAnswering: false) }

  /// Pieces that are held.
  private var cacheMax: Int { max(2, (8 << 20) / header.pieceByteCount) }

  public func read(
    _ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int
  ) throws(StorageError) -> Int {
    precondition(count >= 0 && start >= 0 && count <= buffer.byteCount - start, "a read ends inside its buffer")
    let available = offset < byteCount ? Int(min(UInt64(count), byteCount - offset)) : 0
    var done = 0
    while done < available {
      let number = (offset + UInt64(done)) >> UInt64(header.pieceShift)
      let range = header.range(of: number)
      let from = Int(offset + UInt64(done) - range.lowerBound)
      let part = from..<from + min(available - done, range.count - from)
      let result = cache.withLock { cache -> Result<Void, StorageError> in
        copy(number, part, to: buffer, at: start + done, &cache)
      }
      do { try result.get() } catch {
        throw StorageError(.read, nil, offset: offset, count: UInt64(count), cause: error.cause)
      }
      done += part.count
    }
    if done < count { buffer.zero(start + done..<start + count) }
    return done
  }

  /// Pieces of zeros take no room in the image.
  public func nextData(from offset: UInt64) -> UInt64? {
    guard offset < byteCount else { return nil }
    let first = Int(offset >> UInt64(header.pieceShift))
    guard let number = index[first...].firstIndex(where: { $0.count > 0 }) else { return nil }
    return max(offset, header.range(of: UInt64(number)).lowerBound)
  }

  public func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    throw StorageError(.write, nil, offset: offset, count: UInt64(count), cause: .unsupported)
  }

  public func resize(to byteCount: UInt64) throws(StorageError) {
    throw StorageError(.resize, nil, count: byteCount, cause: .unsupported)
  }

  // MARK: Pieces

  /// Reads every piece, for whoever concludes something from what is missing: to a reader a damaged piece looks like bytes that the
  /// data file's device did not give.
  /// - Parameter progress: called with the bytes of the data file gone through.
  /// - Throws: `piece` for the first one that is damaged.
  public func checkPieces(progress: (UInt64) -> Void = { _ in }) throws(ImageDefect) {
    for number in 0..<header.pieceCount {
      let range = header.range(of: number)
      let isWhole = index[Int(number)].count == 0 || cache.withLock { cache in load(number, &cache) != nil }
      guard isWhole else { throw .piece(range) }
      progress(range.upperBound)
    }
  }

  private func copy(
    _ number: UInt64, _ part: Range<Int>, to buffer: IOBuffer, at start: Int, _ cache: inout Cache
  ) -> Result<Void, StorageError> {
    guard index[Int(number)].count > 0 else {
      buffer.zero(start..<start + part.count)
      return .success(())
    }
    guard let loaded = load(number, &cache) else {
      return .failure(StorageError(.read, nil, cause: .errno(.ioError)))
    }
    if let error = loaded.piece.unreadable.first(where: { $0.range.overlaps(part) })?.error {
      return .failure(StorageError(.read, nil, cause: .errno(Errno(rawValue: error))))
    }
    buffer.copy(from: loaded.buffer, range: part, at: start)
    if isAnswering { announce(loaded, part, in: buffer, at: start) }
    return .success(())
  }

  /// Says what the checks gave that need bytes of `part`, which now stands at `start` of `buffer`. What reaches beyond the part is said
  /// too, since the rest of it may stand there already, or follow: it is heard only if all of it is what the image gives.
  private func announce(_ loaded: Loaded, _ part: Range<Int>, in buffer: IOBuffer, at start: Int) {
    func place(_ range: Range<Int>) -> Range<Int>? {
      guard range.overlaps(part) else { return nil }
      let first = range.lowerBound - part.lowerBound + start
      return first >= 0 && first + range.count <= buffer.byteCount ? first..<first + range.count : nil
    }
    buffer.answer(
      loaded.sums.compactMap { sum in
        place(sum.covered).map { RecordedAnswers.Sum($0, now: sum.now, then: sum.then) }
      },
      loaded.nodes.compactMap { sight in
        place(sight.block).map { RecordedAnswers.NodeSight($0, sight.key, sight.node) }
      })
  }

  /// The piece, if its checksum is right.
  private func load(_ number: UInt64, _ cache: inout Cache) -> Loaded? {
    if let found = cache.pieces.firstIndex(where: { $0.number == number }) {
      let loaded = cache.pieces.remove(at: found)
      cache.pieces.append(loaded)
      return loaded
    }
    let entry = index[Int(number)]
    let image = IOBuffer(byteCount: Int(entry.count))
    guard (try? file.read(Int(entry.count), at: entry.offset, into: image)) == Int(entry.count),
      Checksum.of(image.bytes, seed: ImageHeader.pieceSeed &+ number) == entry.checksum
    else { return nil }
    var buffer = IOBuffer(byteCount: header.pieceByteCount)
    if cache.pieces.count >= cacheMax {
      buffer = cache.pieces.removeFirst().buffer
      buffer.zero(0..<buffer.byteCount)
    }
    let range = header.range(of: number)
    guard var piece = ImagePiece(decoding: image.bytes, into: buffer, count: range.count) else { return nil }
    for answer in piece.answers { answer.fill(buffer, from: range.lowerBound, reader: self.number) }
    let sums = piece.answers.map { answer in
      let now = Checksum.computed(over: buffer.bytes.extracting(answer.covered), seed: answer.kind.seed)
      return RecordedAnswers.Sum(answer.covered, now: now, then: answer.checksum)
    }
    let nodes = ImageStorage.nodes(of: piece, in: buffer)
    // Neither is asked for again.
    (piece.answers, piece.nodes) = ([], [])
    let loaded = Loaded(number: number, buffer: buffer, piece: piece, sums: sums, nodes: nodes)
    cache.pieces.append(loaded)
    return loaded
  }

  /// The piece's nodes with the places of their blocks, as long as their headers say.
  private static func nodes(of piece: ImagePiece, in buffer: IOBuffer) -> [RecordedAnswers.NodeSight] {
    piece.nodes.compactMap { one in
      guard one.start <= buffer.byteCount - BlockHeader.byteCount else { return nil }
      let size = Int(buffer.bytes.load(BlockHeader.Layout.size, base: one.start))
      let end = min(one.start + max(size, BlockHeader.byteCount), buffer.byteCount)
      return RecordedAnswers.NodeSight(one.start..<end, one.key, one.node)
    }
  }
}
