import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// What changes between the parts of a verification is never taken for what was read, and what was mended is no finding any more.
@Suite struct ResumeChangeTests {
  /// Reads one piece, and returns what it leaves.
  private func begin(
    _ storage: any Storage, _ options: Verification.Options = Verification.Options()
  ) -> VerificationReport {
    var options = options
    options.keepsRest = true
    options.threadCount = 1
    options.budget = ScanBudget(ScanLimits(byteCount: 1))
    return Verification.run(storage, options)
  }

  /// Goes on without a limit.
  private func finish(
    _ storage: any Storage, _ rest: [UInt8], _ options: Verification.Options = Verification.Options()
  ) -> VerificationReport {
    var options = options
    options.resuming = rest
    options.budget = ScanBudget()
    return Verification.run(storage, options)
  }

  /// The first words of the reasons why parts were read again; nil if the verification was not gone on with.
  private func readAgain(_ report: VerificationReport) -> [String]? {
    guard case .continued(_, let parts) = report.resumption else { return nil }
    return parts.map { String($0.prefix { $0 != ":" }) }
  }

  private func expect(
    _ report: VerificationReport, agreesWith storage: any Storage,
    _ options: Verification.Options = Verification.Options(), _ location: SourceLocation = #_sourceLocation
  ) {
    var options = options
    options.budget = ScanBudget()
    #expect(report.conclusions == Verification.run(storage, options).conclusions, sourceLocation: location)
    #expect(report.stop == nil && report.bytes.total == storage.byteCount, sourceLocation: location)
  }

  // MARK: Log

  @Test func aQuietLogIsGoneOnWith() throws {
    let file = try SampleFile()
    let rest = try #require(begin(file.storage).rest)
    let report = finish(file.storage, rest)
    #expect(readAgain(report) == [] && report.verdict.exitCode == .sound)
    expect(report, agreesWith: file.storage)
  }

  /// Entries in slots that the first part had read, one of them rotten: no run but a whole one would have seen it.
  @Test(arguments: [false, true]) func entriesWrittenSinceAreRead(_ isRotten: Bool) throws {
    let file = try SampleFile()
    let rest = try #require(begin(file.storage).rest)
    for _ in 0..<4 { file.append(bodySize: 500) }
    let slot = Int(SampleFile.head) + 2
    if isRotten { file.storage.flipBit(at: 8 * (file.prepareRange(slot).lowerBound + 300)) }
    let report = finish(file.storage, rest)
    #expect(readAgain(report) == ["wal"])
    #expect((report.verdict.exitCode == .sound) != isRotten, "\(report.findings)")
    #expect(report.journal?.head.op == SampleFile.head + 4 || isRotten)
    expect(report, agreesWith: file.storage)
  }

  /// An entry that has no header yet is of the log all the same: its slot is read, though the header ring is as it was.
  @Test func anEntryWithoutAHeaderIsRead() throws {
    let file = try SampleFile()
    let rest = try #require(begin(file.storage).rest)
    file.writePrepare(file.entry(after: file.entries[file.entries.count - 1], bodySize: 500))
    let report = finish(file.storage, rest)
    #expect(readAgain(report) == ["wal"] && report.journal?.head.op == SampleFile.head + 1)
    expect(report, agreesWith: file.storage)
  }

  /// And so is one that comes after another that had none at the first part already.
  @Test func theTailIsReadToItsEnd() throws {
    let file = try SampleFile()
    let next = file.entry(after: file.entries[file.entries.count - 1], bodySize: 500)
    file.writePrepare(next)
    let rest = try #require(begin(file.storage).rest)
    #expect(readAgain(finish(file.storage, rest)) == [])
    file.writePrepare(file.entry(after: next, bodySize: 500))
    let report = finish(file.storage, rest)
    #expect(readAgain(report) == ["wal"] && report.journal?.head.op == SampleFile.head + 2)
    expect(report, agreesWith: file.storage)
  }

  @Test func anEntryMendedSinceIsNoFinding() throws {
    let file = try SampleFile()
    let bit = 8 * (file.prepareRange(5).lowerBound + 300)
    file.storage.flipBit(at: bit)
    let before = begin(file.storage)
    let rest = try #require(before.rest)
    #expect(before.counts.contains { $0.kind.exitCode > .degraded }, "\(before.findings)")
    let still = finish(file.storage, rest)
    #expect(readAgain(still) == [] && still.verdict.exitCode > .degraded)
    expect(still, agreesWith: file.storage)
    file.storage.flipBit(at: bit)
    let report = finish(file.storage, rest)
    #expect(readAgain(report) == ["wal"] && report.verdict.exitCode == .sound, "\(report.findings)")
    expect(report, agreesWith: file.storage)
  }

  /// What the device gave no bytes of, it gives now, as after a repair that wrote them anew.
  @Test func whatCanBeReadAgainIsNoFinding() throws {
    let run = try GridRun.stopped()
    let storage = run.storage.snapshot()
    let first = try GridMap(storage).superblock.checkpoint.op + 1
    let place = GridRun.geometry.prepareOffset(slot: GridRun.geometry.slot(of: first))
    storage.failReads(place..<place + 512, healsWhenWritten: false)
    let before = begin(storage)
    let rest = try #require(before.rest)
    #expect(before.counts.contains { $0.kind == .rangeUnreadable })
    let still = finish(storage, rest)
    #expect(readAgain(still) == [] && still.bytes.unreadable == 4096)
    expect(still, agreesWith: storage)
    storage.healAll()
    let report = finish(storage, rest)
    #expect(readAgain(report) == ["wal"] && report.bytes.unreadable == 0)
    expect(report, agreesWith: storage)
  }

  // MARK: Replies, gaps, grid

  /// Replies and gaps are read again each time, whatever was found in them: what rots since is found, and what was mended is not.
  @Test func repliesAndGapsAreReadAgain() throws {
    let run = try GridRun.stopped()
    var options = Verification.Options()
    for (scope, place) in [
      (VerificationScope.replies, GridRun.geometry.replyOffset(slot: 0) + 100), (.gaps, UInt64(20_000)),
    ] {
      let storage = run.storage.snapshot()
      options.scope = scope == .gaps ? [.superblocks, .gaps] : [.superblocks, .replies, .gaps]
      let sound = begin(storage, options)
      storage.flipBit(at: 8 * place)
      let damaged = begin(storage, options)
      let found = finish(storage, try #require(sound.rest), options)
      #expect(readAgain(found) == [] && found.verdict.exitCode != .sound, "\(scope.partNames)")
      expect(found, agreesWith: storage, options)
      storage.flipBit(at: 8 * place)
      let mended = finish(storage, try #require(damaged.rest), options)
      #expect(mended.verdict.exitCode == .sound, "\(mended.findings)")
      expect(mended, agreesWith: storage, options)
    }
  }

  @Test func aBlockMendedSinceIsNoFinding() throws {
    let run = try GridRun.stopped()
    let storage = run.storage.snapshot()
    let map = try GridMap(storage)
    let leaf = try #require(map.blocks(.leaf).first)
    var options = Verification.Options()
    options.scope = [.superblocks, .grid]
    // Several windows, so that the first piece is not all of the grid.
    options.leafByteCountMax = 6000
    let bit = 8 * (map.range(leaf).lowerBound + 300)
    storage.flipBit(at: bit)
    let before = begin(storage, options)
    let rest = try #require(before.rest)
    #expect(before.findings.contains { $0.block == leaf }, "\(before.findings)")
    let still = finish(storage, rest, options)
    #expect(readAgain(still) == [] && still.findings.contains { $0.block == leaf })
    expect(still, agreesWith: storage, options)
    storage.flipBit(at: bit)
    let report = finish(storage, rest, options)
    #expect(readAgain(report) == ["grid"] && report.verdict.exitCode == .sound, "\(report.findings)")
    expect(report, agreesWith: storage, options)
  }

  // MARK: In use

  /// A file in use is judged as of the head that the first part has found, and gone on with: what was written since is no part of it.
  @Test func aFileInUseIsJudgedAsOfTheFirstHead() throws {
    let file = try SampleFile()
    var options = Verification.Options()
    options.isLive = true
    let rest = try #require(begin(file.storage, options).rest)
    for _ in 0..<4 { file.append(bodySize: 500) }
    file.storage.flipBit(at: 8 * (file.prepareRange(Int(SampleFile.head) + 2).lowerBound + 300))
    let report = finish(file.storage, rest, options)
    #expect(readAgain(report) == [] && report.liveHead == SampleFile.head)
    #expect(report.verdict.exitCode == .sound && report.bytes.total == file.storage.byteCount, "\(report.findings)")
    #expect(report.findings.contains { $0.kind == .liveFile && $0.op == SampleFile.head })
    #expect(Verification.run(file.storage, options).verdict.exitCode > .degraded, "a new run sees it")
    // An entry up to that head does not change in a file in use; if it does, the head is found anew.
    file.storage.flipBit(at: 8 * (file.headerRange(5).lowerBound + 20))
    let other = finish(file.storage, rest, options)
    #expect(other.verdict.exitCode > .degraded && other.liveHead != SampleFile.head, "\(other.findings)")
  }

  /// A replica that goes on between the parts: never a finding about it, and within a checkpoint interval nothing is read again.
  @Test func aBusyReplicaIsVerifiedInParts() throws {
    var options = Verification.Options()
    options.isLive = true
    var continued = 0
    for seed in UInt64(0)..<6 {
      let run = try GridRun(seed: seed)
      try run.run(checkpoints: 2, more: 3)
      var report = begin(run.storage, options)
      for _ in 0..<40 {
        guard report.stop != nil, let rest = report.rest else { break }
        for _ in 0..<2 { try run.write() }
        options.resuming = rest
        report = begin(run.storage, options)
        if let readAgain = readAgain(report) {
          continued += 1
          #expect(readAgain.isEmpty, "seed \(seed)")
        }
        let allowed: Set<FindingKind> = [
          .liveFile, .fileChanging, .verificationIncomplete, .walTailTorn, .walHeaderBehind, .walTailLeftover,
          .replyTorn,
        ]
        #expect(Set(report.counts.map(\.kind)).isSubset(of: allowed), "seed \(seed): \(report.findings)")
      }
      options.resuming = nil
    }
    #expect(continued > 5)
  }
}
