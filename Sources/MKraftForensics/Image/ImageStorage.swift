internal import Glibc
internal import MKraftFormat
public import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// A data file as an image shows it: every reader works on it as on the file. Where bytes were left out it gives filler, and tells
/// `RecordedAnswers` what the checks gave, unless it is `unanswered`; where the device gave nothing, or the image itself is damaged,
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
    /// For each of the piece's answers what the checksum is now.
    let now: [UInt128]
    let nodes: [(start: Int, key: RecordedAnswers.NodeKey, node: RecordedAnswers.Node)]
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
    for number in 0..<Int(header.pieceCount) {
      let entry = ImageIndexEntry(decoding: buffer.bytes, at: number * ImageIndexEntry.byteCount)
      // A piece of headers alone takes less than four times what it stands for.
      guard entry.count <= UInt64(header.pieceByteCount) * 4, entry.offset <= header.indexOffset,
        entry.count <= header.indexOffset - entry.offset
      else { throw .index }
      index.append(entry)
    }
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
    if isAnswering { announce(loaded, part) }
    return .success(())
  }

  /// What the checks gave that need bytes of `part`.
  private func announce(_ loaded: Loaded, _ part: Range<Int>) {
    var checksums: [(now: UInt128, then: UInt128)] = []
    for (answer, now) in zip(loaded.piece.answers, loaded.now) where answer.covered.overlaps(part) {
      checksums.append((now, answer.checksum))
    }
    let nodes = loaded.nodes.filter { part.contains($0.start) }.map { ($0.key, $0.node) }
    RecordedAnswers.record(checksums: checksums, nodes: nodes)
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
    guard let piece = ImagePiece(decoding: image.bytes, into: buffer, count: range.count) else { return nil }
    for answer in piece.answers { answer.fill(buffer, from: range.lowerBound, reader: self.number) }
    let now = piece.answers.map { Checksum.computed(over: buffer.bytes.extracting($0.covered), seed: $0.kind.seed) }
    let nodes = ImageStorage.marked(piece, buffer)
    let loaded = Loaded(number: number, buffer: buffer, piece: piece, now: now, nodes: nodes)
    cache.pieces.append(loaded)
    return loaded
  }

  /// The piece's nodes with what tells their filler from the keys that stand in the same node elsewhere.
  private static func marked(
    _ piece: ImagePiece, _ buffer: IOBuffer
  ) -> [(start: Int, key: RecordedAnswers.NodeKey, node: RecordedAnswers.Node)] {
    let answers = Dictionary(piece.answers.map { ($0.covered.lowerBound, $0) }) { first, _ in first }
    return piece.nodes.map { one in
      var node = one.node
      let covered = one.start + BlockHeader.Layout.checksum.size
      if let markAt = answers[covered]?.markAt, markAt <= buffer.byteCount - 8 {
        node.mark = RecordedAnswers.Mark(
          offset: markAt - one.start, bytes: buffer.bytes.load(fromByteOffset: markAt, as: UInt64.self))
      }
      return (one.start, one.key, node)
    }
  }
}
