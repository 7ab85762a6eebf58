import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct SuperblockInspectionTests {
  private func inspect(scanning: Bool = false, _ damage: (SampleFile) -> Void = { _ in }) throws -> SuperblockInspection
  {
    let file = try SampleFile()
    damage(file)
    return SuperblockInspection.read(file.storage, scanning: scanning)
  }

  private func states(_ inspection: SuperblockInspection) -> [SuperblockPlace.State] { inspection.places.map(\.state) }

  @Test func soundFile() throws {
    for scanning in [false, true] {
      let inspection = try inspect(scanning: scanning)
      #expect(states(inspection) == [.current, .current, .current, .current])
      #expect(inspection.places.map(\.home) == [0, 1, 2, 3])
      #expect(inspection.findings.isEmpty && inspection.isGeometryCertain && inspection.survey.isScan == scanning)
      let compared = inspection.compare([0, 1, 2, 3])
      #expect(compared.allSatisfy { $0.isAgreed })
      #expect(compared.filter { $0.variants.count > 1 }.map(\.field.name) == ["copy"])
      #expect(inspection.invariants([0, 1, 2, 3]).allSatisfy { $0.holds })
      #expect(inspection.reason.contains("sequence 2") && inspection.reason.contains("0, 1, 2, 3"))
    }
  }

  /// A flipped bit shows in the very field that has it.
  @Test func bitFlipIsShownInItsField() throws {
    for (name, offset) in [
      ("term", 216), ("cluster", 64), ("message_size", 185), ("checkpoint_header.op", 1024 + 256 + 152),
    ] {
      let inspection = try inspect { $0.storage.flipBit(at: 8 * ($0.home(1) + UInt64(offset))) }
      #expect(states(inspection) == [.current, .damaged, .current, .current], "\(name)")
      let differing = inspection.compare([0, 1, 2, 3]).filter { !$0.isAgreed }
      #expect(differing.map(\.field.name) == [name])
      #expect(differing.first?.variants.map(\.holders) == [[0, 2, 3], [1]])
      #expect(inspection.places[1].reason?.hasPrefix("checksum mismatch: stored ") == true)
    }
  }

  @Test func whatEveryCopyIs() throws {
    let cases: [(SuperblockPlace.State, (SampleFile) -> Void)] = [
      (.stale, { $0.write($0.history[0], copy: 2) }),
      (.unacknowledged, { $0.write($0.successor(of: $0.superblock), copy: 2) }),
      (.misdirected, { $0.storage.copy($0.range(1), to: $0.home(2)) }),
      (.damaged, { $0.garbage($0.range(2)) }),
      (.damaged, { $0.storage.zero($0.range(2)) }),
      (.unreadable, { $0.storage.failReads($0.home(2)..<$0.home(2) + 512) }),
    ]
    for (state, damage) in cases {
      let inspection = try inspect(damage)
      #expect(states(inspection) == [.current, .current, state, .current])
      #expect(inspection.places[2].reason != nil)
      #expect(inspection.findings.count == 1 && inspection.decision.chosen != nil)
    }
    let short = try inspect { $0.storage.truncate(to: $0.home(3) + 100) }
    #expect(states(short) == [.current, .current, .current, .missing])
    #expect(Set(short.findings.map(\.kind)) == [.superblockCopyMissing, .fileTruncated])
  }

  @Test func copyZeroDestroyed() throws {
    let inspection = try inspect { $0.garbage($0.range(0)) }
    #expect(states(inspection) == [.damaged, .current, .current, .current])
    #expect(inspection.survey.isScan && inspection.isGeometryCertain)
    #expect(inspection.findings.map(\.kind) == [.superblockCopyDamaged])
  }

  /// No copy is right, but a damaged one still tells where all of them are.
  @Test func everyCopyDamagedALittle() throws {
    let inspection = try inspect { file in
      for copy in 0..<Superblock.copyCount { file.storage.flipBit(at: 8 * (file.home(copy) + 216 + UInt64(copy))) }
    }
    #expect(states(inspection) == [.damaged, .damaged, .damaged, .damaged])
    #expect(!inspection.isGeometryCertain && inspection.geometry == SampleFile.geometry)
    #expect(inspection.findings.map(\.kind) == [.superblockNotFound])
    let differing = inspection.compare([0, 1, 2, 3]).filter { !$0.isAgreed }
    #expect(differing.map(\.field.name) == ["term"] && differing.first?.variants.count == 4)
  }

  @Test func quorumLost() throws {
    let inspection = try inspect { file in for copy in [0, 1, 3] { file.garbage(file.range(copy)) } }
    #expect(states(inspection) == [.damaged, .damaged, .valid, .damaged])
    #expect(inspection.representative?.sequence == 2)
    #expect(inspection.reason.contains("bounds term, commit and checkpoint"))
    #expect(inspection.findings.first?.kind == .superblockQuorumLost)
  }

  /// One copy of each of three updates: the newest was only begun.
  @Test func beforeAnUpdateThatWasBegun() throws {
    let inspection = try inspect { file in
      file.write(file.successor(of: file.superblock), copy: 0)
      file.garbage(file.range(1))
      file.write(file.history[0], copy: 3)
    }
    #expect(states(inspection) == [.unacknowledged, .damaged, .current, .stale])
    #expect(inspection.decision.chosen?.sequence == 2 && inspection.reason.contains("no two copies agree"))
  }

  @Test func twoFiles() throws {
    let inspection = try inspect {
      var other = $0.superblock
      other.fileID = 8
      other.seal()
      $0.write(other, copy: 3)
    }
    #expect(inspection.decision.chosen == nil)
    #expect(states(inspection) == [.valid, .valid, .valid, .foreign])
    let differing = inspection.compare([0, 1, 2, 3]).filter { !$0.isAgreed }
    #expect(differing.map(\.field.name) == ["checksum", "file_id"])
  }

  /// Copies of another geometry stand where this one has no homes: all are shown, none is chosen.
  @Test func twoGeometries() throws {
    let inspection = try inspect {
      var other = $0.superblock
      other.geometry.slotCount = 8192
      other.checkpoint.storageSize = other.geometry.fileSizeAtFormat
      other.checkpoint.seal()
      other.seal()
      $0.storage.put(other, copy: 1)
      // Only a scan looks so far.
      $0.garbage($0.range(0))
    }
    #expect(inspection.geometry == nil && inspection.decision.chosen == nil)
    let shown = inspection.places.compactMap(\.superblock).map(\.geometry.slotCount)
    #expect(Set(shown) == [64, 8192])
    #expect(inspection.findings.contains { $0.kind == .superblockIdentitiesDiffer })
  }

  /// "Checksum right" is not "consistent".
  @Test func brokenInvariantsAreNamed() throws {
    let inspection = try inspect {
      var other = $0.superblock
      other.logTerm = 9
      other.sequence = 0
      other.seal()
      $0.write(other, copy: 1)
    }
    let broken = inspection.invariants([0, 1, 2, 3]).filter { !$0.holds }
    #expect(broken.map(\.invariant) == [.superblockSequence, .logTermAtMostTerm])
    #expect(broken.allSatisfy { $0.brokenIn == [1] })
    #expect(inspection.places[1].reason?.contains("log-term-at-most-term") == true)
  }

  @Test func superblockOutOfPlaceIsShownByAScan() throws {
    let inspection = try inspect(scanning: true) { file in
      file.storage.copy(file.range(1), to: 1 << 20)
    }
    #expect(inspection.places.count == 5)
    #expect(inspection.places.last.map { [$0.offset, $0.home.map(UInt64.init) ?? 99] } == [1 << 20, 99])
    #expect(inspection.places.last?.state == .misdirected)
  }

  /// Rule R10: not even where copies differ in their geometry does the scan go into the grid of any of them.
  @Test func theScanNeverGoesIntoTheGrid() throws {
    let file = try SampleFile()
    let grid = file.geometry.offset(of: .grid)
    var other = file.superblock
    other.geometry.slotCount *= 2
    other.seal()
    let buffer = other.image(copy: 0)
    file.storage.replace(at: 0, with: buffer)
    // A client's value that looks like a superblock.
    file.storage.replace(at: grid, with: buffer)
    let inspection = SuperblockInspection.read(file.storage)
    #expect(inspection.survey.geometry == nil && inspection.survey.scanEnd == grid)
    #expect(inspection.findings.map(\.kind).contains(.superblockIdentitiesDiffer))
    #expect(inspection.places.map(\.offset) == [0, file.home(1), file.home(2), file.home(3)])
  }

  @Test func otherFiles() throws {
    for byteCount in [0, 1, 100, 5000, 3 << 20] as [UInt64] {
      let storage = MemoryStorage(byteCount: byteCount)
      let inspection = SuperblockInspection.read(storage)
      #expect(inspection.findings.map(\.kind) == [.notOurFormat], "\(byteCount) zeros")
      #expect(inspection.compare(Array(inspection.places.indices)).allSatisfy { $0.variants.isEmpty })
    }
  }

  /// It says of superblocks what verification says.
  @Test func agreesWithVerification() throws {
    let others: Set<FindingKind> = [
      .rangeUnreadable, .fileOverLong, .gapNotZero, .ioUnitTooSmall, .liveFile, .replySlotDamaged,
      .superblockRolledBack, .otherMembers,
    ]
    for scenario in Scenario.all {
      let file = try SampleFile()
      scenario.damage(file)
      let inspection = SuperblockInspection.read(file.storage)
      let expected = scenario.kinds.filter { !others.contains($0) && !$0.name.hasPrefix("wal-") }
      #expect(Set(inspection.findings.map(\.kind)) == expected, "\(scenario.name)")
      // Showing never traps either.
      _ = inspection.compare(Array(inspection.places.indices))
      _ = inspection.invariants(Array(inspection.places.indices))
    }
  }

  /// Any bytes behind the magic.
  @Test func hostileBytes() throws {
    let file = try SampleFile()
    var generator = SplitMix64(seed: 11)
    for round in 0..<60 {
      let storage = file.storage.snapshot()
      for copy in 0..<Superblock.copyCount {
        let count = UInt64.random(in: 1...200, using: &generator)
        let start = file.home(copy) + UInt64.random(in: 32..<2000, using: &generator)
        storage.garbage(start..<start + count, using: &generator)
      }
      let inspection = SuperblockInspection.read(storage)
      #expect(inspection.places.count >= 4, "round \(round)")
      #expect(!inspection.findings.isEmpty, "round \(round)")
      _ = inspection.compare(Array(inspection.places.indices))
    }
  }
}
