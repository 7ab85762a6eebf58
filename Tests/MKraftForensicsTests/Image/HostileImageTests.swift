import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// Images with right checksums that nobody has made: of a piece no more is taken than can be said of a data file, so that the work
/// and the memory are those of the piece.
@Suite struct HostileImageTests {
  private static let count = 1 << 20

  private func isTaken(_ piece: ImagePiece, count: Int = HostileImageTests.count) -> Bool {
    let contents = IOBuffer(byteCount: count)
    let buffer = IOBuffer(byteCount: count)
    guard let image = piece.encoded(contents.bytes)?.bytes else { return false }
    return ImagePiece(decoding: image.rawSpan, into: buffer, count: count) != nil
  }

  private func piece(_ answers: [(filler: Range<Int>, covered: Range<Int>)]) -> ImagePiece {
    var piece = ImagePiece()
    piece.answers = answers.map {
      ImagePiece.Answer(filler: $0.filler, covered: $0.covered, kind: .block, checksum: 7)
    }
    return piece
  }

  @Test func answersLieApart() {
    #expect(isTaken(piece([(10..<90, 0..<100), (100..<110, 100..<200)])))
    // In any order, with filler alone, and with none.
    #expect(isTaken(piece([(500..<510, 0..<0), (400..<450, 300..<500), (300..<300, 200..<300)])))
    // Of a body by the size in its header, and by the one that something else names.
    #expect(isTaken(piece([(256..<400, 256..<400), (256..<300, 256..<300), (16..<64, 16..<256)])))
    #expect(!isTaken(piece([(256..<400, 256..<400), (256..<300, 256..<300), (256..<500, 256..<500)])))
    #expect(!isTaken(piece([(256..<400, 256..<400), (256..<300, 256..<300), (310..<500, 310..<500)])))
    let whole = 0..<HostileImageTests.count
    #expect(!isTaken(piece([(10..<90, whole), (10..<90, whole)])))
    #expect(!isTaken(piece([(10..<90, 0..<100), (100..<110, 99..<200)])))
    #expect(!isTaken(piece([(100..<110, 99..<200), (10..<90, 0..<100)])))
    #expect(!isTaken(piece([(150..<160, 100..<200), (120..<130, 0..<0)])))
    #expect(!isTaken(piece([(10..<90, 0..<89)])))
    #expect(!isTaken(piece([(10..<90, 11..<100)])))
    #expect(!isTaken(piece([(10..<10, 0..<0)])))
  }

  @Test func noMoreIsSaidThanThereIsRoomFor() {
    let room = HostileImageTests.count / PrepareHeader.byteCount
    #expect(isTaken(piece((0..<room).map { ($0..<$0 + 1, 0..<0) })))
    #expect(!isTaken(piece((0...room).map { ($0..<$0 + 1, 0..<0) })))
    // Of a piece at the file's end too.
    #expect(isTaken(piece([(64..<112, 0..<0)]), count: 200))
    #expect(!isTaken(piece([(64..<112, 0..<0), (112..<120, 0..<0)]), count: 200))
    var nodes = ImagePiece()
    let node = ImagePiece.Node(
      start: 0, key: RecordedAnswers.NodeKey(checksum: 1, address: 2),
      node: RecordedAnswers.Node(broken: nil, liesWithin: true))
    nodes.nodes = [ImagePiece.Node](repeating: node, count: 64)
    #expect(isTaken(nodes))
    nodes.nodes.append(node)
    #expect(!isTaken(nodes))
    var errors = ImagePiece()
    errors.unreadable = [ImagePiece.Unreadable](
      repeating: ImagePiece.Unreadable(range: 0..<4096, error: 5), count: 256)
    #expect(isTaken(errors))
    errors.unreadable.append(errors.unreadable[0])
    #expect(!isTaken(errors))
  }

  // MARK: The image as a whole

  /// An image of zeros, with right checksums.
  /// - Parameters:
  ///   - pieces: where each is said to stand in the image, and of how many bytes.
  ///   - byteCount: of all pieces.
  private func open(shift: UInt32, pieces: [(offset: UInt64, count: UInt64)], byteCount: Int) throws(ImageDefect) {
    let seed: UInt64 = 0x6D6B_7261_6674_0100
    func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      (0..<MemoryLayout<T>.size).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
    }
    let index = pieces.flatMap { number($0.offset) + number($0.count) + number(UInt128(0)) }
    let end = UInt64(4096 + byteCount)
    var rest = number(UInt32(1)) + number(UInt32(1)) + number(UInt64(pieces.count) << UInt64(shift))
    rest += number(UInt32(4096)) + number(shift) + number(end) + number(UInt64(pieces.count))
    rest += number(end + UInt64(index.count)) + number(Checksum.of(index.rawSpan, seed: seed))
    rest += [UInt8](repeating: 0, count: 4064 - rest.count)
    let head = Array("mkraft-ctl image".utf8) + number(Checksum.of(rest.rawSpan, seed: seed)) + rest
    let image = head + [UInt8](repeating: 0, count: byteCount) + index
    let buffer = IOBuffer(byteCount: image.count)
    buffer.copy(from: image.rawSpan, at: 0)
    let file = MemoryStorage()
    file.replace(at: 0, with: buffer)
    _ = try ImageStorage.open(file)
  }

  @Test func piecesStandSideBySide() throws {
    try open(shift: 20, pieces: [(4096, 100), (0, 0), (4196, 50)], byteCount: 150)
    for pieces in [
      [(4096, 100), (4096, 100)], [(4196, 50), (4096, 100)], [(4096, 100), (4146, 100)], [(0, 100), (4196, 100)],
      [(4096, 100)], [(4096, 250)],
    ] as [[(offset: UInt64, count: UInt64)]] {
      #expect(throws: ImageDefect.index, "\(pieces)") { try open(shift: 20, pieces: pieces, byteCount: 200) }
    }
  }

  /// The memory of a reader is that of a few pieces.
  @Test func piecesAreNoLargerThanTheyMustBe() throws {
    for shift in 21...24 as ClosedRange<UInt32> {
      #expect(throws: ImageDefect.header) { try open(shift: shift, pieces: [(4096, 100)], byteCount: 100) }
    }
    let most = 5 << 18
    try open(shift: 20, pieces: [(4096, UInt64(most))], byteCount: most)
    #expect(throws: ImageDefect.index) { try open(shift: 20, pieces: [(4096, UInt64(most + 1))], byteCount: most + 1) }
  }

  /// As much as a file can make its image say: of every header of a piece something.
  @Test func thePieceWithMostToSay() throws {
    let sample = try SampleFile(Geometry(slotCount: 8192, messageSize: 4096, sessions: 4))
    for slot in 0..<8192 { sample.garbage(sample.headerRange(slot)) }
    try ImageOf.expectSame(sample.storage, "headers that are all damaged")
    let trace = SampleFile(copying: sample)
    trace.garbage(trace.range(0))
    for copy in 1...3 { trace.garbage(trace.range(copy)) }
    try ImageOf.expectSame(trace.storage, "headers that are all damaged, and no superblock")
  }
}
