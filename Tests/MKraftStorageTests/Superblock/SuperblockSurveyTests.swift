import MKraftFormat
import MKraftStorage
import Testing

/// Finding the copies without trusting any one of them (rule R10).
@Suite struct SuperblockSurveyTests {
  private let superblock = SampleCopy.newState
  private let mebibyte: UInt64 = 1 << 20

  private func chosen(_ storage: any Storage) -> UInt128? {
    SuperblockDecision(SuperblockSurvey.read(storage)).chosen?.checksum
  }

  @Test func wholeFileTakesFiveReads() {
    let storage = RecordingStorage(SampleFile.format(superblock))
    #expect(chosen(storage) == superblock.checksum)
    #expect(storage.readCount == 5 && storage.bytes == 5 * Superblock.byteCount)
  }

  @Test func anyTwoCopiesSuffice() {
    for one in 0..<4 {
      for other in 0..<one {
        let storage = SampleFile.format(superblock)
        for copy in [0, 1, 2, 3] where copy != one && copy != other { SampleCopy.zeroed.put(on: storage, copy: copy) }
        #expect(chosen(storage) == superblock.checksum, "\(one) and \(other)")
      }
    }
  }

  @Test func firstMebibyteWiped() {
    var random = SplitMix64(seed: 3)
    let storage = SampleFile.format(superblock)
    storage.garbage(0..<mebibyte, using: &random)
    let survey = SuperblockSurvey.read(storage)
    #expect(survey.isScan && survey.geometry == superblock.geometry)
    #expect(SuperblockDecision(survey).states == [.damaged, .current, .current, .current])
  }

  @Test func firstCopyUnreadable() {
    let storage = SampleFile.format(superblock)
    storage.failReads(0..<4096)
    #expect(SuperblockDecision(SuperblockSurvey.read(storage)).states == [.unreadable, .current, .current, .current])
  }

  @Test func oneCopyIsFoundAndDoesNotSuffice() {
    for copy in 0..<4 {
      let storage = SampleFile.format(superblock)
      for other in 0..<4 where other != copy { SampleCopy.zeroed.put(on: storage, copy: other) }
      let survey = SuperblockSurvey.read(storage)
      #expect(survey.sightings.map(\.superblock.copy) == [copy])
      guard case .failure(.quorumLost(superblock.sequence)) = SuperblockDecision(survey).outcome else {
        Issue.record("copy \(copy) sufficed")
        return
      }
    }
  }

  @Test func misdirectedCopyIsSeenAndDoesNotCount() {
    let storage = SampleFile.format(superblock)
    storage.put(superblock, copy: 1, number: 2)
    let survey = SuperblockSurvey.read(storage, scanning: true)
    #expect(survey.sightings.map(\.isAtHome) == [true, false, true, true])
    #expect(SuperblockDecision(survey).states == [.current, .misdirected, .current, .current])
    // Two of four at wrong homes: the other two carry it; three: they do not.
    storage.put(superblock, copy: 0, number: 3)
    #expect(chosen(storage) == superblock.checksum)
    storage.put(superblock, copy: 3, number: 0)
    #expect(chosen(storage) == nil)
  }

  @Test func scanIsBoundedByTheGrid() {
    let storage = SampleFile.format(superblock)
    let grid = superblock.geometry.offset(of: .grid)
    // Superblocks of another file all over the grid, as a value of a client could hold them.
    let other = SampleFile.superblock(fileID: 99)
    for index in UInt64(0)..<32 {
      storage.replace(at: grid + index * mebibyte, with: other.image(copy: Int(index % 4)))
    }
    SampleCopy.zeroed.put(on: storage, copy: 0)
    let recording = RecordingStorage(storage)
    #expect(chosen(recording) == superblock.checksum)
    #expect(recording.end <= grid)
    // One read a boundary, one more for each copy found, four for the homes, one for copy 0.
    #expect(recording.readCount <= Int(grid / mebibyte) + 3 + 4 + 1)
  }

  @Test func scanOfAFileOfNothingIsBounded() {
    let storage = MemoryStorage(byteCount: 100 * mebibyte)
    let recording = RecordingStorage(storage)
    let survey = SuperblockSurvey.read(recording)
    #expect(survey.sightings.isEmpty && recording.readCount == 101)
    #expect(recording.offsets == recording.offsets.sorted())
    guard case .failure(.notFound) = SuperblockDecision(survey).outcome else {
      Issue.record("something was found")
      return
    }
  }

  /// A scan reads nothing of holes, and finds what stands between them.
  @Test func scanPassesOverHoles() {
    let inner = SampleFile.format(superblock)
    for copy in [0, 2] { SampleCopy.zeroed.put(on: inner, copy: copy) }
    let homes = [1, 3].map { superblock.geometry.offset(of: .superblock($0)) }
    let storage = HoledStorage(inner, data: homes.map { $0..<$0 + UInt64(Superblock.byteCount) })
    let (survey, whole) = (SuperblockSurvey.read(storage), SuperblockSurvey.read(inner))
    #expect(survey.isScan && survey.geometry == superblock.geometry && survey.scanEnd == whole.scanEnd)
    #expect(survey.sightings.map(\.offset) == homes)
    #expect(SuperblockDecision(survey).chosen?.checksum == superblock.checksum)
    // Copy 0, what stands at each boundary and the copy there, and the four homes.
    #expect(storage.offsets.count == 1 + 2 * 2 + 4, "\(storage.offsets)")
  }

  @Test func aHoleIsNotRead() {
    let storage = HoledStorage(MemoryStorage(byteCount: 100 * mebibyte), data: [])
    let survey = SuperblockSurvey.read(storage)
    #expect(survey.isScan && survey.sightings.isEmpty && survey.scanEnd == 100 * mebibyte)
    #expect(storage.offsets == [0])
  }

  /// Data that begins or ends anywhere: the boundary before it is looked at, and the scan goes on behind it.
  @Test func dataAnywhereIsLookedAt() {
    let inner = MemoryStorage(byteCount: 10 * mebibyte)
    let data = [2 * mebibyte + 5000..<2 * mebibyte + 6000, 4 * mebibyte - 1..<4 * mebibyte + 1]
    let storage = HoledStorage(inner, data: data)
    _ = SuperblockSurvey.read(storage)
    #expect(storage.offsets == [0, 2 * mebibyte, 3 * mebibyte, 4 * mebibyte])
  }

  /// With entries of 1 MiB every boundary in the ring is the beginning of an entry's header, so that a superblock inside a
  /// value lies 256 bytes beyond it; with small ones a boundary is the beginning of a slot as well.
  @Test func superblockInsideAnEntryIsNotSeen() {
    let large = Geometry(slotCount: 64, messageSize: 1 << 20, sessions: 1, blockSize: 16 << 10, gridBlocksMax: 64)
    for geometry in [large, SampleFile.geometry] {
      for zone in [Zone.walPrepares, .replies, .grid] { #expect(geometry.offset(of: zone) % mebibyte == 0) }
      #expect(mebibyte % UInt64(geometry.messageSize) == 0 && mebibyte % UInt64(geometry.blockSize) == 0)
    }
    let superblock = SampleFile.superblock(large)
    let storage = SampleFile.format(superblock)
    let forged = SampleFile.superblock(large, fileID: 5)
    for slot in 0..<64 {
      let offset = large.prepareOffset(slot: slot) + UInt64(PrepareHeader.byteCount)
      storage.replace(at: offset, with: forged.image(copy: slot % 4))
    }
    SampleCopy.zeroed.put(on: storage, copy: 0)
    storage.zero(0..<mebibyte)
    let survey = SuperblockSurvey.read(storage)
    #expect(survey.sightings.count == 3 && survey.sightings.allSatisfy { $0.superblock.fileID == superblock.fileID })
    #expect(SuperblockDecision(survey).chosen?.checksum == superblock.checksum)
  }

  @Test func copyOfAnotherPlaceIsNoCopyAtHome() {
    // A whole superblock image at a boundary that is no home: seen, and no more.
    let storage = SampleFile.format(superblock)
    SampleCopy.zeroed.put(on: storage, copy: 0)
    let other = SampleFile.superblock(fileID: 5)
    storage.replace(at: superblock.geometry.offset(of: .walHeaders), with: other.image(copy: 0))
    let survey = SuperblockSurvey.read(storage)
    #expect(survey.sightings.count == 4 && survey.sightings.count(where: \.isAtHome) == 3)
    #expect(SuperblockDecision(survey).chosen?.checksum == superblock.checksum)
  }

  @Test func beginningOfAnotherFileWrittenOverThisOne() {
    // Of the same geometry, and of a larger one: its first two copies stand at their homes, ours are behind them.
    let larger = Geometry(
      slotCount: 4096, messageSize: 4096, pipeline: 8, sessions: 1, blockSize: 16 << 10, gridBlocksMax: 64)
    for geometry in [superblock.geometry, larger] {
      let storage = SampleFile.format(superblock)
      let other = SampleFile.superblock(geometry, fileID: 7)
      storage.put(other, copy: 0)
      storage.put(other, copy: 1)
      guard case .failure(.identitiesDiffer) = SuperblockDecision(SuperblockSurvey.read(storage)).outcome else {
        Issue.record("one of two files was chosen")
        return
      }
    }
  }

  @Test func truncatedFiles() {
    let whole = superblock.geometry.fileSizeAtFormat
    let homes = (0..<4).map { superblock.geometry.offset(of: .superblock($0)) }
    let odd: [UInt64] = [0, 1, 511, 4095, 4096, 16383, 16384, mebibyte, whole]
    let inside: [UInt64] = homes.flatMap { [$0, $0 + 4096, $0 + 16383] }
    for size in odd + inside {
      let storage = SampleFile.format(superblock)
      storage.truncate(to: size)
      let decision = SuperblockDecision(SuperblockSurvey.read(storage))
      let present = homes.count { $0 + 16384 <= size }
      #expect((decision.chosen != nil) == (present >= 2), "\(size) bytes")
      if present >= 2 { #expect(decision.states.count { $0 == .missing } == 4 - present, "\(size) bytes") }
    }
  }

  @Test func newerFormatIsNotCalledDamaged() {
    let storage = SampleFile.format(superblock)
    for copy in 0..<4 { SampleCopy.newerFormat.put(on: storage, copy: copy) }
    guard case .failure(.newerFormat) = SuperblockDecision(SuperblockSurvey.read(storage)).outcome else {
      Issue.record("not named")
      return
    }
  }
}
