internal import Glibc
package import MKraftFormat
package import MKraftStorage

/// What an image holds of one piece of a data file, beside its bytes. All ranges count from the start of the piece.
package struct ImagePiece: Sendable {
  /// What a checksum was over bytes of which some were left out.
  package struct Answer: Sendable, Equatable {
    /// Where filler goes that makes the bytes unlike those of any other structure; it was left out, or is all zero.
    package var filler: Range<Int>
    /// The bytes that the checksum covers; empty if there is filler only, because the bytes were not all zero.
    package var covered: Range<Int>
    /// What the checksum is seeded as; of no meaning if nothing is covered.
    package var kind: StructureKind
    package var checksum: UInt128

    package init(filler: Range<Int>, covered: Range<Int>, kind: StructureKind, checksum: UInt128) {
      self.filler = filler
      self.covered = covered
      self.kind = kind
      self.checksum = checksum
    }

    /// The bytes that it is about; nil if it contradicts itself.
    fileprivate var extent: Range<Int>? {
      guard !covered.isEmpty else { return filler.isEmpty ? nil : filler }
      return covered.lowerBound <= filler.lowerBound && filler.upperBound <= covered.upperBound ? covered : nil
    }
  }

  package struct Node: Sendable, Equatable {
    /// Where its block begins.
    package var start: Int
    package var key: RecordedAnswers.NodeKey
    package var node: RecordedAnswers.Node

    package init(start: Int, key: RecordedAnswers.NodeKey, node: RecordedAnswers.Node) {
      self.start = start
      self.key = key
      self.node = node
    }
  }

  /// Bytes that the device did not give.
  package struct Unreadable: Sendable, Equatable {
    package var range: Range<Int>
    /// The system's error number.
    package var error: Int32

    package init(range: Range<Int>, error: Int32) {
      self.range = range
      self.error = error
    }
  }

  package var answers: [Answer] = []
  package var nodes: [Node] = []
  package var unreadable: [Unreadable] = []

  /// Runs of zeros that are shorter stand in the image like other bytes.
  private static let zerosMin = 16
  /// Bytes that are read, or not, as one when a piece cannot be read as a whole.
  static let unreadableUnit = 4096

  /// Most bytes in the image of a piece that stands for `count` bytes, at least 1 MiB: those bytes, for runs need less room than the
  /// zeros between them, and 33 for each 256 of them, with little for nodes and errors.
  static func byteCountMax(_ count: Int) -> Int { count + count / 4 }

  // MARK: Coding

  /// The piece as it stands in the image; nil if every byte is zero and nothing is to be said.
  /// - Parameter bytes: of the piece, without what was left out.
  package func encoded(_ bytes: RawSpan) -> ImageBytes? {
    let runs = ImagePiece.runs(bytes)
    guard !runs.isEmpty || !answers.isEmpty || !nodes.isEmpty || !unreadable.isEmpty else { return nil }
    var image = ImageBytes()
    image.append(UInt32(runs.count))
    for run in runs {
      append(run, to: &image)
      image.append(contentsOf: bytes.extracting(run))
    }
    image.append(UInt32(answers.count))
    for answer in answers {
      append(answer.filler, to: &image)
      append(answer.covered, to: &image)
      image.append(answer.kind.rawValue)
      image.append(answer.checksum)
    }
    image.append(UInt32(nodes.count))
    for node in nodes {
      image.append(UInt32(node.start))
      image.append(node.key.checksum)
      image.append(node.key.address)
      image.append(UInt8(node.node.liesWithin ? 1 : 0))
      image.append(node.node.broken?.name ?? "")
    }
    image.append(UInt32(unreadable.count))
    for one in unreadable {
      append(one.range, to: &image)
      image.append(one.error)
    }
    return image
  }

  private func append(_ range: Range<Int>, to image: inout ImageBytes) {
    image.append(UInt32(range.lowerBound))
    image.append(UInt32(range.count))
  }

  /// Puts the bytes into `buffer`, which is zero; nil if the image contradicts itself, or says more of the piece than can be said of a
  /// data file: the work is linear in `count`.
  /// - Parameter count: bytes that the piece stands for.
  package init?(decoding image: RawSpan, into buffer: IOBuffer, count: Int) {
    var cursor = ImageCursor(image)
    guard let runCount = cursor.number(upTo: count) else { return nil }
    for _ in 0..<runCount {
      guard let run = cursor.range(within: count), let bytes = cursor.take(run.count) else { return nil }
      buffer.copy(from: bytes, at: run.lowerBound)
    }
    // No structure of which something is recorded is smaller than a header.
    guard let answerCount = cursor.number(upTo: ImagePiece.parts(of: count, PrepareHeader.byteCount)) else {
      return nil
    }
    answers.reserveCapacity(answerCount)
    for _ in 0..<answerCount {
      guard let filler = cursor.range(within: count), let covered = cursor.range(within: count),
        let kind = StructureKind(rawValue: cursor.next() ?? 0), let checksum = cursor.next(UInt128.self)
      else { return nil }
      answers.append(Answer(filler: filler, covered: covered, kind: kind, checksum: checksum))
    }
    guard answersLieApart else { return nil }
    let blockSizeMin = Int(Geometry.blockSizeRange.lowerBound)
    guard let nodeCount = cursor.number(upTo: ImagePiece.parts(of: count, blockSizeMin)) else { return nil }
    for _ in 0..<nodeCount {
      guard let start = cursor.number(upTo: count), let checksum = cursor.next(UInt128.self),
        let address = cursor.next(UInt64.self), let liesWithin = cursor.next(UInt8.self), let name = cursor.name()
      else { return nil }
      let broken = Invariant.allCases.first { $0.name == name }
      guard name.isEmpty || broken != nil else { return nil }
      nodes.append(
        Node(
          start: start, key: RecordedAnswers.NodeKey(checksum: checksum, address: address),
          node: RecordedAnswers.Node(broken: broken, liesWithin: liesWithin != 0)))
    }
    guard let unreadableCount = cursor.number(upTo: ImagePiece.parts(of: count, ImagePiece.unreadableUnit)) else {
      return nil
    }
    for _ in 0..<unreadableCount {
      guard let range = cursor.range(within: count), let error = cursor.next(Int32.self) else { return nil }
      unreadable.append(Unreadable(range: range, error: error))
    }
    guard cursor.isAtEnd else { return nil }
  }

  package init() {}

  /// Parts of `size` bytes that begin in `count` bytes.
  private static func parts(of count: Int, _ size: Int) -> Int { (count + size - 1) / size }

  /// Whether no byte belongs to two structures of which something is recorded: they lie side by side. Of one body there may be two
  /// answers, which begin at the same byte: for the size that its header gives, and for the one that something else names.
  private var answersLieApart: Bool {
    let extents = answers.compactMap(\.extent).sorted {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
    guard extents.count == answers.count else { return false }
    var last = 0..<0
    var mayBePair = false
    for extent in extents {
      let isPair = mayBePair && extent.lowerBound == last.lowerBound && extent.upperBound > last.upperBound
      guard isPair || extent.lowerBound >= last.upperBound else { return false }
      (last, mayBePair) = (extent, !isPair)
    }
    return true
  }

  /// Where bytes are not zero.
  private static func runs(_ bytes: RawSpan) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var offset = 0
    while offset < bytes.byteCount {
      let end = min(offset + zerosMin, bytes.byteCount)
      defer { offset = end }
      guard !bytes.isZero(offset..<end) else { continue }
      if let last = runs.last, last.upperBound == offset {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(offset..<end)
      }
    }
    return runs
  }
}

extension ImagePiece.Answer {
  private static let label: [UInt8] = Array("redacted".utf8)
  /// Bytes of filler that names itself and its place.
  private static let wholeByteCount = 24

  private static let placeBits: UInt64 = 48

  /// Writes the filler: "redacted", the reader's number, and the place in the data file; where there is no room, the lower part of
  /// a number that differs between neighbours.
  /// - Parameters:
  ///   - start: of the piece in the data file.
  ///   - reader: a number that no other reader in this process has.
  package func fill(_ buffer: IOBuffer, from start: UInt64, reader: UInt64) {
    let place = (start + UInt64(filler.lowerBound)) & (1 << Self.placeBits - 1) | reader << Self.placeBits
    var bytes = buffer.mutableBytes
    if filler.count >= Self.wholeByteCount {
      for (index, byte) in Self.label.enumerated() { bytes.store(byte, toByteOffset: filler.lowerBound + index) }
      for digit in 0..<16 {
        let nibble = UInt8(truncatingIfNeeded: place >> UInt64(60 - 4 * digit) & 15)
        let character = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
        bytes.store(character, toByteOffset: filler.lowerBound + Self.label.count + digit)
      }
      return
    }
    let number = (start + UInt64(filler.lowerBound)) >> 12 + 1
    for index in 0..<min(filler.count, 8) {
      bytes.store(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)), toByteOffset: filler.lowerBound + index)
    }
  }
}
