internal import MKraftFormat
public import MKraftStorage

/// A structure byte by byte: what stands there, field by field, whatever became of it, and which checksums are right.
public struct StructureDump: Sendable {
  /// Bytes that are not there.
  public struct Gap: Sendable, Equatable {
    /// Bytes from the start of the structure.
    public let range: Range<Int>
    /// What the device or the file's end says.
    public let reason: String
  }

  /// Bytes of a part that is read by itself, when the whole cannot be read.
  static let unit = 4096

  public let target: DumpTarget
  /// Bytes of the file.
  public let range: Range<UInt64>
  /// The whole structure; zero where there is a gap.
  public let bytes: [UInt8]
  public let gaps: [Gap]
  /// In order, without overlap, as far as `limit`; none if nothing of the structure is there.
  public let fields: [DumpField]
  /// Bytes from the start that are to be shown.
  public let limit: Int
  public let checksums: [ChecksumCoverage]
  /// What a reader finds wrong with it by itself; nil if nothing.
  public let defect: String?

  /// Bytes that stand in the file.
  public var presentCount: Int { bytes.count - gaps.reduce(0) { $0 + $1.range.count } }
  public var isWhole: Bool { gaps.isEmpty }

  /// Reads the structure.
  /// - Parameters:
  ///   - range: where it lies; its length is that of such a structure.
  ///   - limit: bytes to show, from the structure's start.
  public static func read(
    _ storage: any Storage, _ target: DumpTarget, at range: Range<UInt64>, limit: Int
  ) -> StructureDump {
    // Checked where they were read to: what an image says of them does not hold for a copy.
    let (buffer, gaps) = contents(storage, range)
    let limit = max(0, min(limit, buffer.byteCount))
    let defect = gaps.isEmpty ? defect(target, buffer.bytes) : nil
    let isGone = gaps.reduce(0) { $0 + $1.range.count } == buffer.byteCount
    return StructureDump(
      target: target, range: range, bytes: [UInt8](copying: buffer.bytes), gaps: gaps,
      fields: isGone ? [] : DumpLayout.fields(target, buffer.bytes, limit: limit), limit: limit,
      checksums: CoverageReader(buffer.bytes, missing: gaps.map(\.range)).checksums(of: target), defect: defect)
  }

  /// The value of a field; nil if some of its bytes are not there.
  public func value(of field: DumpField) -> FieldValue? {
    guard !gaps.contains(where: { $0.range.overlaps(field.range) }) else { return nil }
    return FieldValue(bytes.rawSpan, field.range, field.format)
  }

  /// Whether the byte stands in the file.
  public func isPresent(_ offset: Int) -> Bool { !gaps.contains { $0.range.contains(offset) } }

  // MARK: Reading

  /// All at once if that goes; else unit by unit of the file, so that one bad sector hides no more than itself.
  private static func contents(_ storage: any Storage, _ range: Range<UInt64>) -> (IOBuffer, [Gap]) {
    let buffer = IOBuffer(byteCount: range.count)
    guard case .success(let count) = read(storage, range.lowerBound, 0..<range.count, buffer) else {
      return narrowed(storage, range, buffer)
    }
    guard count < range.count else { return (buffer, []) }
    return (buffer, [Gap(range: count..<range.count, reason: "the file ends before it")])
  }

  /// The same, unit by unit.
  private static func narrowed(
    _ storage: any Storage, _ range: Range<UInt64>, _ buffer: IOBuffer
  ) -> (IOBuffer, [Gap]) {
    var gaps: [Gap] = []
    var start = 0
    while start < range.count {
      let end = next(after: start, range)
      switch read(storage, range.lowerBound, start..<end, buffer) {
      case .success(let count) where count == end - start: break
      case .success(let count): gaps.append(Gap(range: start + count..<end, reason: "the file ends before it"))
      case .failure(let error):
        buffer.zero(start..<end)
        gaps.append(Gap(range: start..<end, reason: error.cause.description))
      }
      start = end
    }
    return (buffer, gaps)
  }

  /// The end of the unit of the file that a byte of the structure lies in.
  private static func next(after start: Int, _ range: Range<UInt64>) -> Int {
    let position = range.lowerBound + UInt64(start)
    let end = (position / UInt64(unit) + 1) * UInt64(unit)
    return min(range.count, Int(end - range.lowerBound))
  }

  private static func read(
    _ storage: any Storage, _ base: UInt64, _ part: Range<Int>, _ buffer: IOBuffer
  ) -> Result<Int, StorageError> {
    do throws(StorageError) {
      return .success(
        try storage.read(part.count, at: base + UInt64(part.lowerBound), into: buffer, from: part.lowerBound))
    } catch { return .failure(error) }
  }

  // MARK: What a reader makes of it

  private static func defect(_ target: DumpTarget, _ bytes: RawSpan) -> String? {
    switch target {
    case .superblock:
      do throws(SuperblockDefect) { _ = try Superblock(decoding: bytes) } catch { return error.explanation }
    case .header, .prepare:
      do throws(HeaderDefect) { _ = try PrepareHeader(decoding: bytes) } catch { return error.words }
    case .reply: do throws(HeaderDefect) { _ = try ReplyHeader(decoding: bytes) } catch { return error.words }
    case .block: do throws(HeaderDefect) { _ = try BlockHeader(decoding: bytes) } catch { return error.words }
    }
    return nil
  }
}
