import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// What an image says of checks is heard for the bytes that it gives, where it puts them, and for no others.
@Suite struct ImageAnswerTests {
  /// An image without keys and values, and a file of the very bytes that it gives.
  private struct Ground {
    let sample: SampleFile
    let image: ImageStorage
    let file: MemoryStorage

    init() throws {
      sample = try SampleFile()
      image = try ImageOf(sample.storage).storage()
      let bytes = try ImageOf.bytes(image)
      let buffer = IOBuffer(byteCount: bytes.count)
      buffer.copy(from: bytes.rawSpan)
      file = MemoryStorage(byteCount: image.byteCount)
      file.replace(at: 0, with: buffer)
    }

    /// Where an entry stands that has a body.
    var range: Range<UInt64> { sample.prepareRange(6, count: Int(sample.geometry.messageSize)) }

    func read(_ storage: any Storage, into buffer: IOBuffer) throws {
      _ = try storage.read(range.count, at: range.lowerBound, into: buffer)
    }
  }

  /// Whether the entry that stands in `buffer` has the body that its header speaks of.
  private func isRight(_ buffer: IOBuffer) throws -> Bool {
    let header = try PrepareHeader(decoding: buffer.bytes)
    return header.matches(body: buffer.bytes.extracting(PrepareHeader.byteCount..<Int(header.size)))
  }

  @Test func aFileOfTheSameBytesIsJudgedByThem() throws {
    let ground = try Ground()
    #expect(Verification.run(ground.image).verdict.exitCode == .sound)
    #expect(Verification.run(ground.file).verdict.exitCode > .degraded)
    #expect(Verification.run(ground.image).verdict.exitCode == .sound)
  }

  /// The same memory, and the same bytes in it.
  @Test func anAnswerEndsWithTheBytes() throws {
    let ground = try Ground()
    let buffer = IOBuffer(byteCount: ground.range.count)
    for _ in 0..<2 {
      try ground.read(ground.image, into: buffer)
      #expect(try isRight(buffer))
      try ground.read(ground.file, into: buffer)
      #expect(try !isRight(buffer))
    }
    // Some of them are another file's: the header and a part of the body.
    try ground.read(ground.image, into: buffer)
    _ = try ground.file.read(1024, at: ground.range.lowerBound, into: buffer)
    #expect(try !isRight(buffer))
  }

  @Test func aCopyIsNotAnswered() throws {
    let ground = try Ground()
    let (buffer, copy) = (IOBuffer(byteCount: ground.range.count), IOBuffer(byteCount: ground.range.count))
    try ground.read(ground.image, into: buffer)
    copy.copy(from: buffer, range: 0..<buffer.byteCount, at: 0)
    #expect(try isRight(buffer) && !isRight(copy))
  }

  /// However the bytes come to where they stand.
  @Test func readsInPartsAreAnswered() throws {
    let ground = try Ground()
    // Not at the buffer's start, the last part first.
    let buffer = IOBuffer(byteCount: ground.range.count + 100)
    let unit = 512
    for start in stride(from: ground.range.count - unit, through: 0, by: -unit) {
      _ = try ground.image.read(unit, at: ground.range.lowerBound + UInt64(start), into: buffer, from: 100 + start)
    }
    let entry = buffer.bytes.extracting(100..<buffer.byteCount)
    let header = try PrepareHeader(decoding: entry)
    let matches = header.matches(body: entry.extracting(PrepareHeader.byteCount..<Int(header.size)))
    #expect(matches)
  }

  /// Buffers that are given back leave nothing to whoever gets their memory.
  @Test func memoryThatIsGivenBackIsForgotten() throws {
    let ground = try Ground()
    for _ in 0..<100 {
      let buffer = IOBuffer(byteCount: ground.range.count)
      try ground.read(ground.image, into: buffer)
      #expect(try isRight(buffer))
    }
    for _ in 0..<100 {
      let buffer = IOBuffer(byteCount: ground.range.count)
      try ground.read(ground.file, into: buffer)
      #expect(try !isRight(buffer))
    }
  }

  /// What the bytes of a structure show is checked where they were read to.
  @Test func aDumpOfAnImageIsAnswered() throws {
    let ground = try Ground()
    let dump = StructureDump.read(ground.image, .prepare(slot: 6), at: ground.range, limit: 4096)
    #expect(dump.checksums.allSatisfy { $0.state == .right } && dump.defect == nil)
    let other = StructureDump.read(ground.file, .prepare(slot: 6), at: ground.range, limit: 4096)
    #expect(other.checksums.contains { $0.state == .wrong })
  }
}
