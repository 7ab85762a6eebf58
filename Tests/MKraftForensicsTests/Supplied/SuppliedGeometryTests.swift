import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Reading a file in which no superblock copy stands, with its geometry supplied.
@Suite struct SuppliedGeometryTests {
  private func rows(_ inspection: LogInspection, _ storage: MemoryStorage) -> [LogRow] {
    var rows: [LogRow] = []
    inspection.forEachRow(of: storage) {
      rows.append($0)
      return true
    }
    return rows
  }

  private func wiped() throws -> SampleFile {
    let file = try SampleFile()
    for copy in 0..<Superblock.copyCount { file.storage.zero(file.range(copy)) }
    return file
  }

  @Test func withoutItThereIsNoLog() throws {
    let file = try wiped()
    #expect(throws: LogInspection.Refusal.noSuperblock(.notFound)) {
      try LogInspection.read(file.storage, depth: .bodies)
    }
  }

  @Test func theLogIsReadAndTheVerdictIsNotBetterForIt() throws {
    let file = try wiped()
    let supplied = SuppliedGeometry(file.geometry)
    for depth in [LogInspection.Depth.bodies, .headers] {
      let inspection = try LogInspection.read(file.storage, depth: depth, supplied: supplied)
      #expect(inspection.findings.map(\.kind) == [.superblockNotFound])
      #expect(!inspection.source.isChosen && inspection.source.offset == nil)
      let assumed = try #require(inspection.source.assumption)
      #expect(assumed.superblock.cluster == SampleFile.cluster && assumed.clusterOrigin == .headers)
      #expect(assumed.highestOp == SampleFile.head && assumed.superblock.checkpoint.op == 0)
      #expect(inspection.decision.head == file.entries[12] && inspection.decision.end == .blank)
      let rows = rows(inspection, file.storage)
      #expect(rows.prefix(12).allSatisfy { $0.rule.name == "intact" && $0.link == .ok })
      #expect(rows.dropFirst(12).allSatisfy { $0.rule.name == "blank" })
    }
  }

  /// Damage is found and located as it would be with a superblock.
  @Test func damageInTheLogIsFound() throws {
    let file = try wiped()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 4) + 300))
    file.garbage(file.headerRange(2))
    let inspection = try LogInspection.read(file.storage, depth: .bodies, supplied: SuppliedGeometry(file.geometry))
    #expect(
      inspection.findings.map { "\($0.kind.name) \($0.slot ?? -1)" } == [
        "superblock-not-found -1", "wal-prepare-corrupt 4", "wal-header-corrupt 2",
      ])
  }

  @Test func verificationReadsEverything() throws {
    let file = try wiped()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 4) + 300))
    file.storage.flipBit(at: 8 * (file.geometry.replyOffset(slot: 2) + 120))
    let blind = file.verify()
    #expect(blind.findings.map(\.kind) == [.superblockNotFound] && blind.journal == nil && blind.assumption == nil)
    file.options.supplied = SuppliedGeometry(file.geometry)
    let report = file.verify()
    #expect(report.findings.map(\.kind) == [.superblockNotFound, .walPrepareCorrupt, .replySlotDamaged])
    #expect(report.verdict.exitCode == .lost && report.verdict.start == .refuses(reason: "superblock-not-found"))
    #expect(report.superblock == nil && report.assumption != nil && report.bytes[.geometryUnknown] == 0)
    #expect(report.bytes.total == report.byteCount)
  }

  /// A replica's file with checkpoints and a log that has wrapped: no entry is passed over, none is called wrong.
  @Test(arguments: [1, 2, 3, 5] as [UInt64]) func aLogThatWraps(checkpoints: UInt64) throws {
    let run = try GridRun(seed: checkpoints)
    try run.run(checkpoints: checkpoints, more: 5)
    run.stop()
    let storage = run.storage.snapshot()
    let real = try LogInspection.read(storage, depth: .bodies)
    for copy in 0..<Superblock.copyCount {
      let start = GridRun.geometry.offset(of: .superblock(copy))
      storage.zero(start..<start + UInt64(Superblock.byteCount))
    }
    let supplied = SuppliedGeometry(GridRun.geometry)
    let inspection = try LogInspection.read(storage, depth: .bodies, supplied: supplied)
    #expect(inspection.findings.map(\.kind) == [.superblockNotFound], "\(inspection.findings)")
    #expect(inspection.decision.head == real.decision.head && inspection.decision.serves)
    #expect(inspection.superblock.checkpoint.op <= real.superblock.checkpoint.op)
    var options = Verification.Options()
    options.supplied = supplied
    let report = Verification.run(storage, options)
    #expect(report.findings.map(\.kind) == [.superblockNotFound], "\(report.findings)")
    #expect(report.bytes.total == report.byteCount)
  }

  @Test func theEarliestCheckpointThatTheEntriesAllow() {
    // 64 slots, an interval of 40.
    let geometry = Geometry(slotCount: 64, messageSize: 8192, checkpointInterval: 40, sessions: 4)
    func lowest(_ highest: UInt64) -> UInt64 { AssumedSuperblock.lowestCheckpoint(geometry, highest: highest) }
    #expect(lowest(0) == 0 && lowest(40) == 0)
    // Op 41 may stand while the checkpoint of op 40 is being written, up to the last of the 64 slots.
    #expect(lowest(41) == 0 && lowest(64) == 0)
    #expect(lowest(65) == 40 && lowest(80) == 40 && lowest(81) == 40 && lowest(104) == 40)
    #expect(lowest(105) == 80 && lowest(121) == 80)
  }

  @Test func nothingOfOursIsNotOursForAGeometry() throws {
    let file = try SampleFile()
    file.storage.zero(0..<file.storage.byteCount)
    file.options.supplied = SuppliedGeometry(file.geometry)
    let report = file.verify()
    #expect(report.verdict.exitCode == .notOurFormat, "\(report.findings)")
  }

  @Test func aCopyInTheFileIsNotContradicted() throws {
    let file = try SampleFile()
    var other = file.geometry
    other.sessions = 8
    for copy in 0..<Superblock.copyCount - 1 { file.storage.zero(file.range(copy)) }
    let survey = SuperblockSurvey.read(file.storage)
    try SuppliedGeometry(file.geometry).check(against: survey)
    do {
      try SuppliedGeometry(other).check(against: survey)
      Issue.record("a contradiction is refused")
    } catch {
      #expect(error.copy == 3 && error.offset == file.home(3) && error.fields.map(\.name) == ["sessions"])
    }
  }

  @Test func likeAnotherFile() throws {
    let other = try SampleFile()
    let file = try wiped()
    let supplied = try #require(SuppliedGeometry.like(other.storage, path: "other"))
    #expect(supplied.geometry == file.geometry && supplied.cluster == SampleFile.cluster)
    #expect(SuppliedGeometry.like(file.storage, path: "file") == nil)
  }
}
