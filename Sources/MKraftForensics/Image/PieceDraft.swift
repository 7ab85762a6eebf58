internal import MKraftFormat
internal import MKraftStorage

/// A piece of a data file from which what belongs to users is taken out. Ranges count from the start of the piece.
struct PieceDraft {
  let buffer: IOBuffer
  /// The bytes of the data file.
  let range: Range<UInt64>
  /// Bytes that stay whatever is said of them: superblocks in places that are not theirs.
  private var kept: [Range<Int>] = []
  private(set) var piece = ImagePiece()
  private(set) var redacted = ImageRedactions()

  init(_ buffer: IOBuffer, _ range: Range<UInt64>, unreadable: [ImagePiece.Unreadable]) {
    self.buffer = buffer
    self.range = range
    piece.unreadable = unreadable
  }

  /// Bytes of the piece.
  var count: Int { range.count }

  /// Where an offset of the file lies.
  func position(_ offset: UInt64) -> Int { Int(offset - range.lowerBound) }

  /// Whether all of it is in the file, and the device gave it.
  func isWhole(_ part: Range<Int>) -> Bool {
    part.upperBound <= count && !piece.unreadable.contains { $0.range.overlaps(part) }
  }

  /// Whether all bytes of `part`, as far as it is in the piece, are zero.
  func isZero(_ part: Range<Int>) -> Bool {
    let part = part.clamped(to: 0..<count)
    let buffer = buffer
    return buffer.bytes.isZero(part)
  }

  mutating func keep(_ part: Range<Int>) { kept.append(part) }

  func isKept(_ position: Int) -> Bool { kept.contains { $0.contains(position) } }

  /// Takes bytes out.
  mutating func erase(_ part: Range<Int>, _ reason: ImageRedactions.Reason) {
    guard part.lowerBound < min(part.upperBound, count) else { return }
    let part = part.lowerBound..<min(part.upperBound, count)
    if let stays = kept.first(where: { $0.overlaps(part) }) {
      if part.lowerBound < stays.lowerBound { erase(part.lowerBound..<stays.lowerBound, reason) }
      if stays.upperBound < part.upperBound { erase(stays.upperBound..<part.upperBound, reason) }
      return
    }
    let buffer = buffer
    guard !buffer.bytes.isZero(part) else { return }
    redacted.add(part.count, reason)
    buffer.zero(part)
  }

  /// Records what the checksum of `covered` is. To be called before anything of it is taken out.
  /// - Parameter filler: inside `covered`; taken out before the piece is finished.
  mutating func record(_ covered: Range<Int>, as kind: StructureKind, filler: Range<Int>) {
    let buffer = buffer
    let checksum = Checksum.of(buffer.bytes.extracting(covered), as: kind)
    guard !kept.contains(where: { $0.overlaps(filler) }) else { return }
    piece.answers.append(ImagePiece.Answer(filler: filler, covered: covered, kind: kind, checksum: checksum))
  }

  /// Records that the bytes of `filler` were not all zero.
  mutating func mark(_ filler: Range<Int>) {
    guard filler.upperBound <= count, !kept.contains(where: { $0.overlaps(filler) }) else { return }
    piece.answers.append(
      ImagePiece.Answer(filler: filler, covered: 0..<0, kind: .prepareBody, checksum: 0))
  }

  mutating func record(_ node: RecordedAnswers.Node, of header: BlockHeader, at start: Int) {
    let key = RecordedAnswers.NodeKey(checksum: header.checksum, address: header.address)
    piece.nodes.append(ImagePiece.Node(start: start, key: key, node: node))
  }

  /// Puts a byte back.
  mutating func put(_ byte: UInt8, at position: Int) {
    var bytes = buffer.mutableBytes
    bytes.store(byte, toByteOffset: position)
  }
}
