import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// The image itself is checked, and never trusted.
@Suite struct ImageStorageTests {
  /// Whichever bit of an image is wrong: it is refused, or gives an error where it is damaged, or shows what the whole one shows.
  @Test func aDamagedImageGivesNothingFalse() throws {
    let sample = try SampleFile()
    // Filler tells readers apart; an image that keeps all has none.
    let image = try ImageOf(sample.storage, redacted: false)
    let whole = try ImageOf.bytes(image.storage())
    let unit = 65536
    var (refused, failed) = (0, 0)
    let buffer = IOBuffer(byteCount: unit)
    // The header, the index, and a part of all between.
    let size = image.summary.imageByteCount
    let middle = stride(from: UInt64(4096), to: size - 150, by: Int(size / 60))
    let bytes = Array(stride(from: UInt64(0), to: 4096, by: 67)) + Array(middle) + Array(size - 150..<size)
    for byte in bytes {
      let damaged = image.file.snapshot()
      damaged.flipBit(at: 8 * byte + byte % 8)
      let storage: ImageStorage?
      do { storage = try ImageStorage.open(damaged) } catch {
        refused += 1
        continue
      }
      // Without its first bytes it is not known for an image.
      guard let storage else {
        #expect(byte < 16)
        continue
      }
      var hasFailed = false
      for offset in stride(from: 0, to: whole.count, by: unit) {
        do {
          let count = try storage.read(unit, at: UInt64(offset), into: buffer)
          let same = [UInt8](copying: buffer.bytes.extracting(0..<count)) == Array(whole[offset..<offset + count])
          #expect(same, "byte \(byte) of the image, offset \(offset)")
        } catch { hasFailed = true }
      }
      failed += hasFailed ? 1 : 0
    }
    #expect(refused > 150 && failed > 40, "\(refused) refused, \(failed) with damaged pieces")
  }

  @Test func aPartOfAnImageIsRefused() throws {
    let image = try ImageOf(try SampleFile().storage)
    for byteCount in [16, 4095, 4096, image.summary.imageByteCount - 1] {
      let cut = image.file.snapshot()
      cut.truncate(to: byteCount)
      #expect(throws: ImageDefect.self, "\(byteCount)") { try ImageStorage.open(cut) }
    }
    let none = image.file.snapshot()
    none.truncate(to: 15)
    #expect(try ImageStorage.open(none) == nil)
  }

  @Test func nothingIsWrittenToAnImage() throws {
    let storage = try ImageOf(try SampleFile().storage).storage()
    let buffer = IOBuffer(byteCount: 4096)
    #expect(throws: StorageError.self) { try storage.write(4096, at: 0, from: buffer) }
    #expect(throws: StorageError.self) { try storage.resize(to: 4096) }
  }

  /// Reads of any size and place give the same bytes, also across pieces and beyond the end.
  @Test func readsOfAnySize() throws {
    let sample = try SampleFile()
    let storage = try ImageOf(sample.storage, redacted: false).storage()
    var generator = SplitMix64(seed: 3)
    let (one, other) = (IOBuffer(byteCount: 3 << 20), IOBuffer(byteCount: 3 << 20))
    for _ in 0..<60 {
      let count = Int.random(in: 0...(3 << 20), using: &generator)
      let offset = UInt64.random(in: 0...sample.storage.byteCount + 5000, using: &generator)
      let expected = try sample.storage.read(count, at: offset, into: one)
      #expect(try storage.read(count, at: offset, into: other) == expected)
      let same =
        [UInt8](copying: one.bytes.extracting(0..<count)) == [UInt8](copying: other.bytes.extracting(0..<count))
      #expect(same, "\(count) bytes at \(offset)")
    }
  }

  /// Whoever takes bytes from an image is told what is wrong with those that stand in for others.
  @Test func anUnansweredImageIsJudgedByItsBytes() throws {
    let sample = try SampleFile()
    let image = try ImageOf(sample.storage).storage()
    #expect(Verification.run(image).verdict.exitCode == .sound)
    let bare = Verification.run(image.unanswered)
    #expect(bare.verdict.exitCode > .degraded)
    #expect(bare.counts.contains { $0.kind == .walPrepareCorrupt }, "\(bare.counts)")
    // Without what was left out there is nothing to tell.
    let whole = try ImageOf(sample.storage, redacted: false).storage()
    #expect(Verification.run(whole.unanswered).verdict.exitCode == .sound)
    #expect(try ImageOf.bytes(whole.unanswered) == ImageOf.bytes(sample.storage))
  }

  /// Pieces with right checksums and any contents: taken or refused, and never beyond bounds.
  @Test func hostilePieces() throws {
    var draft = ImagePiece()
    draft.answers = [ImagePiece.Answer(filler: 10..<90, covered: 0..<4096, kind: .block, checksum: 7)]
    draft.nodes = [
      ImagePiece.Node(
        start: 4096, key: RecordedAnswers.NodeKey(checksum: 1, address: 2),
        node: RecordedAnswers.Node(broken: .treeNodeOrder, liesWithin: false))
    ]
    draft.unreadable = [ImagePiece.Unreadable(range: 8192..<12288, error: 5)]
    let contents = IOBuffer(byteCount: 1 << 20)
    var bytes = contents.mutableBytes
    for offset in stride(from: 0, to: 5000, by: 3) { bytes.store(UInt8(9), toByteOffset: offset) }
    let encoded = draft.encoded(contents.bytes)
    let image = try #require(encoded?.bytes)
    let buffer = IOBuffer(byteCount: 1 << 20)
    let again = ImagePiece(decoding: image.rawSpan, into: buffer, count: 1 << 20)
    #expect(again?.answers == draft.answers && again?.nodes == draft.nodes && again?.unreadable == draft.unreadable)
    var generator = SplitMix64(seed: 11)
    var taken = 0
    for _ in 0..<3000 {
      var hostile = image
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        hostile[Int.random(in: 0..<hostile.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) { hostile.removeLast(Int.random(in: 1..<hostile.count, using: &generator)) }
      guard let piece = ImagePiece(decoding: hostile.rawSpan, into: buffer, count: 1 << 20) else { continue }
      for answer in piece.answers { answer.fill(buffer, from: 0, reader: 1) }
      taken += 1
    }
    #expect(taken > 100)
  }

  /// An image of an image is one of the same file, as far as anything can be told.
  @Test func filesOfAnyLength() throws {
    for byteCount in [0, 1, 4095, 4096, 1 << 20, (1 << 20) + 1] as [UInt64] {
      let storage = MemoryStorage(byteCount: byteCount)
      if byteCount > 0 { storage.flipBit(at: 8 * (byteCount - 1)) }
      try ImageOf.expectSame(storage, "\(byteCount) bytes")
    }
  }
}
