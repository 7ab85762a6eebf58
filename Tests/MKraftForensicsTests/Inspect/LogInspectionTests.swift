import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

@Suite struct LogInspectionTests {
  private func rows(
    _ file: SampleFile, _ depth: LogInspection.Depth = .bodies, _ change: (inout LogFilter) -> Void = { _ in }
  ) throws -> [LogRow] {
    var filter = LogFilter()
    change(&filter)
    return rows(try LogInspection.read(file.storage, depth: depth), file, filter)
  }

  private func rows(_ inspection: LogInspection, _ file: SampleFile, _ filter: LogFilter = LogFilter()) -> [LogRow] {
    var rows: [LogRow] = []
    inspection.forEachRow(of: file.storage, filter) {
      rows.append($0)
      return true
    }
    return rows
  }

  @Test func soundLog() throws {
    let file = try SampleFile()
    for depth in [LogInspection.Depth.bodies, .headers] {
      let inspection = try LogInspection.read(file.storage, depth: depth)
      #expect(inspection.findings.isEmpty && inspection.source.isChosen && inspection.decision.serves)
      #expect(inspection.decision.head == file.entries[12] && inspection.decision.end == .blank)
      // 12 entries and the root, all of which fit into the first unit.
      #expect(inspection.verifiedBodies == 13 && inspection.unverifiedBodies == 0)
      #expect(inspection.opsBeforeBackPressure == 64 - 8 - 12)
      let rows = rows(inspection, file)
      #expect(rows.map(\.op) == Array(1...64))
      #expect(rows.map(\.slot) == Array(1...63) + [0])
      for row in rows.prefix(12) {
        #expect(row.rule.name == "intact" && row.decision == .keep && row.disposition == .kept && row.link == .ok)
        #expect(row.entry == file.entries[Int(row.op)] && row.body == .verified && !row.isInTail)
      }
      for row in rows.dropFirst(12) {
        #expect(row.rule.name == "blank" && row.decision == .blank && row.disposition == .blank && row.entry == nil)
        #expect(row.isInTail && row.link == .unknown)
      }
      #expect(rows.filter { $0.isFirstAfterHead }.map(\.op) == [13])
      #expect(rows.allSatisfy { !$0.hasChanged && $0.isJudged && $0.fault == nil })
    }
  }

  /// What hangs on a body that was not read is not claimed.
  @Test func bodiesNotReadAreNotClaimed() throws {
    let file = try SampleFile()
    file.append(bodySize: 5000)
    let large = file.append(bodySize: 7936)
    let inspection = try LogInspection.read(file.storage, depth: .headers)
    #expect(inspection.unverifiedBodies == 2 && inspection.verifiedBodies == 13)
    let rows = rows(inspection, file)
    for row in rows[12...13] {
      #expect(row.body == .unverified && row.decision == nil && row.decisionIfBodyIsRight == .keep)
    }
    #expect(rows[11].decision == .keep)
    #expect(inspection.decision.head == large)
    // Damage in such a body is seen by the full reading alone.
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 14) + 6000))
    #expect(try LogInspection.read(file.storage, depth: .headers).findings.isEmpty)
    let full = try LogInspection.read(file.storage, depth: .bodies)
    #expect(full.findings.map(\.kind) == [.walPrepareCorrupt])
    let row = self.rows(full, file)[13]
    #expect(row.body == .mismatch && row.fault == .prepareCorrupt && row.decision == .lost && row.entry == large)
    #expect(row.prepareHeader == large)
  }

  @Test func headersSeeWhereTheFileEnds() throws {
    let file = try SampleFile()
    let large = file.append(bodySize: 5000)
    let end = file.geometry.prepareOffset(slot: 13) + UInt64(large.size)
    file.storage.truncate(to: end)
    #expect(try rows(file, .headers)[12].body == .unverified)
    file.storage.truncate(to: end - 1)
    let row = try rows(file, .headers)[12]
    #expect(row.body == .none && row.evidence.prepare.defect == "beyond-end" && row.decision == .lost)
  }

  /// It says of the log what verification says, and shows every slot whatever the damage.
  @Test func agreesWithVerification() throws {
    let others: Set<FindingKind> = [
      .rangeUnreadable, .fileOverLong, .fileTruncated, .gapNotZero, .ioUnitTooSmall, .liveFile,
      .replySlotDamaged, .otherMembers,
    ]
    var read = 0
    for scenario in Scenario.all {
      let file = try SampleFile()
      scenario.damage(file)
      let inspection: LogInspection
      do {
        inspection = try LogInspection.read(file.storage, depth: .bodies)
      } catch {
        #expect(!scenario.kinds.isDisjoint(with: [.notOurFormat, .formatNewer, .superblockNotFound, .nothingReadable]))
        continue
      }
      read += 1
      #expect(Set(inspection.findings.map(\.kind)) == scenario.kinds.subtracting(others), "\(scenario.name)")
      let rows = rows(inspection, file)
      #expect(rows.map(\.op) == Array(1...64), "\(scenario.name)")
      for fault in inspection.decision.faults {
        #expect(rows[Int(fault.op) - 1].fault == fault.kind, "\(scenario.name)")
      }
    }
    #expect(read > 30)
  }

  @Test func oneCopyIsEnough() throws {
    let file = try SampleFile()
    for copy in [0, 1, 3] { file.garbage(file.range(copy)) }
    let inspection = try LogInspection.read(file.storage, depth: .bodies)
    #expect(!inspection.source.isChosen && inspection.source.offset == file.home(2))
    #expect(inspection.source.refusal == .quorumLost(newest: 2))
    #expect(inspection.decision.head == file.entries[12])
    #expect(inspection.findings.first?.kind == .superblockQuorumLost)
  }

  @Test func newestOfSeveralCopies() throws {
    let file = try SampleFile()
    file.garbage(file.range(0))
    file.garbage(file.range(1))
    file.write(file.history[0], copy: 2)
    let inspection = try LogInspection.read(file.storage, depth: .bodies)
    #expect(!inspection.source.isChosen && inspection.superblock.sequence == 2)
  }

  @Test func withoutAnySuperblock() throws {
    let file = try SampleFile()
    for copy in 0..<Superblock.copyCount { file.garbage(file.range(copy)) }
    #expect(throws: LogInspection.Refusal.noSuperblock(.notFound)) {
      try LogInspection.read(file.storage, depth: .bodies)
    }
  }

  /// After the ring has wrapped the slots come in op order all the same, each once.
  @Test func wrappedRing() throws {
    let file = try SampleFile()
    for _ in 13...30 { file.append(bodySize: 10) }
    let checkpoint = file.entries[30]
    file.update { superblock in
      superblock.checkpoint.header = checkpoint
      superblock.checkpoint.seal()
      superblock.commitMax = 30
      superblock.cut = LogPosition(checkpoint)
    }
    for _ in 31...80 { file.append(bodySize: 10) }
    let inspection = try LogInspection.read(file.storage, depth: .bodies)
    #expect(inspection.findings.isEmpty && inspection.decision.head.op == 80 && inspection.firstOp == 31)
    let rows = rows(inspection, file)
    #expect(rows.map(\.op) == Array(31...94))
    #expect(rows.map(\.slot) == Array(31...63) + Array(0...30))
    #expect(rows.prefix(50).allSatisfy { $0.disposition == .kept && $0.link == .ok })
    // Slots 17 to 30 still hold what an earlier wrap left there.
    #expect(
      rows.suffix(14).allSatisfy { $0.rule.name == "blank" && $0.heldEntries.map(\.op) == [$0.op - 64, $0.op - 64] })
  }

  @Test func filters() throws {
    let file = try SampleFile()
    file.garbage(file.headerRange(5))
    func ops(_ change: (inout LogFilter) -> Void) throws -> [UInt64] { try rows(file, .bodies, change).map(\.op) }
    #expect(try ops { $0.ops = 3...6 } == [3, 4, 5, 6])
    #expect(try ops { $0.slots = 62...70 } == [62, 63])
    #expect(try ops { $0.slots = 0...0 } == [64])
    #expect(try ops { $0.term = 1 } == Array(1...12))
    #expect(try ops { $0.term = 0 } == [64])
    #expect(try ops { $0.client = 5 } == [])
    #expect(try ops { $0.operation = Operation.root.rawValue } == [64])
    #expect(try ops { $0.state = "header-corrupt" } == [5])
    #expect(try ops { $0.state = "fixed" } == [5])
    #expect(try ops { $0.state = "header=bad" } == [5])
    #expect(try ops { $0.state = "kept" } == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12])
    #expect(try ops { $0.state = "body=none" } == Array(13...63))
    #expect(
      try ops {
        $0.state = "blank"
        $0.ops = 0...14
      } == [13, 14, 64])
    for name in ["intact", "torn", "keep", "cut", "vacated", "prepare-corrupt", "prepare=ahead", "body=unverified"] {
      #expect(LogFilter.states.contains(name))
    }
  }

  @Test func statistics() throws {
    let file = try SampleFile()
    file.garbage(file.headerRange(5))
    var statistics = LogStatistics()
    for row in try rows(file) { statistics.add(row, isGap: row.op == 20) }
    #expect(statistics.gapSlots == 1 && statistics.ops == 1...12 && statistics.times == 1000...12000)
    #expect(statistics.slots == 64 && statistics.changedSlots == 0 && statistics.brokenLinks == 0)
    #expect(statistics.byRule.reduce(0, +) == 64 && statistics.byDisposition == [11, 1, 52, 0, 0, 0])
    let sizes = UInt64((1...12).reduce(0) { $0 + 256 + $1 * 300 })
    #expect(statistics.byOperation[Int(Operation.keyValue.rawValue)].entries == 12)
    #expect(statistics.byOperation[Int(Operation.keyValue.rawValue)].byteCount == sizes)
    #expect(statistics.byClient.map(\.client) == [0] && statistics.byClient.map(\.count.entries) == [12])
  }

  /// A slot that is shown by itself is shown as it is among all others, at the wrap of the ring too.
  @Test func oneSlotIsShownAsAmongAll() throws {
    let sample = try SampleFile()
    for scenario in Scenario.all {
      let file = SampleFile(copying: sample)
      scenario.damage(file)
      guard let whole = try? LogInspection.read(file.storage, depth: .bodies) else { continue }
      let rows = rows(whole, file)
      for slot in [0, 1, 2, 5, 6, 12, 13, 63] {
        let one = try LogInspection.read(file.storage, depth: .bodies, onlySlot: slot)
        #expect(one.findings.map(\.kind) == whole.findings.map(\.kind), "\(scenario.name)")
        #expect(one.row(ofSlot: (slot + 2) % 64, of: file.storage) == nil, "an inspection for another slot")
        let expected = try #require(rows.first { $0.slot == slot })
        for inspection in [one, whole] {
          let row = try #require(inspection.row(ofSlot: slot, of: file.storage))
          #expect(shown(row) == shown(expected), "\(scenario.name), slot \(slot)")
        }
      }
      #expect(whole.row(ofSlot: 64, of: file.storage) == nil && whole.row(ofSlot: -1, of: file.storage) == nil)
    }
  }

  private func shown(_ row: LogRow) -> String {
    """
    \(row.op) \(row.slot) \(row.evidence) \(row.condition) \(row.body) \(row.rule.name) \(row.isJudged) \(row.isInTail) \
    \(row.disposition) \(String(describing: row.fault)) \(row.link) \(row.isFirstAfterHead) \(row.hasChanged)
    """
  }

  /// Where the ring has wrapped and the first op stands in the midst of it.
  @Test func oneSlotOfAWrappedRing() throws {
    let run = try GridRun()
    try run.run(checkpoints: 4, more: 2)
    run.stop()
    let whole = try LogInspection.read(run.storage, depth: .bodies)
    var rows: [LogRow] = []
    whole.forEachRow(of: run.storage) {
      rows.append($0)
      return true
    }
    #expect(rows.count == Int(GridRun.geometry.slotCount) && rows[0].slot != 1)
    for row in rows {
      let one = try LogInspection.read(run.storage, depth: .bodies, onlySlot: row.slot)
      #expect(one.row(ofSlot: row.slot, of: run.storage).map(shown) == shown(row))
    }
  }

  @Test func stopsWhenNobodyReads() throws {
    let file = try SampleFile()
    var seen = 0
    try LogInspection.read(file.storage, depth: .bodies).forEachRow(of: file.storage) { _ in
      seen += 1
      return seen < 3
    }
    #expect(seen == 3)
  }

  /// A file in use is judged as of the head that it had when the look began.
  @Test func fileInUse() throws {
    let file = try SampleFile()
    let torn = file.entry(after: file.entries[12], bodySize: 10)
    file.writePrepare(torn)
    let live = try LogInspection.read(file.storage, depth: .bodies, isLive: true)
    #expect(live.liveHead == 12 && live.decision.head.op == 12)
    #expect(live.findings.map(\.kind) == [.liveFile])
    let rows = rows(live, file)
    #expect(rows[11].isJudged && !rows[12].isJudged && rows.allSatisfy { !$0.hasChanged })
    let idle = try LogInspection.read(file.storage, depth: .bodies)
    #expect(idle.decision.head == torn && idle.findings.map(\.kind) == [.walHeaderBehind])
  }

  /// An update of the superblock that is under way is no stale copy, in a file in use.
  @Test func superblockBeingUpdated() throws {
    let file = try SampleFile()
    let next = file.successor(of: file.superblock)
    let before = file.storage.snapshot()
    file.write(next, copy: 0)
    let halfWay = file.storage.snapshot()
    for copy in 1..<Superblock.copyCount { file.write(next, copy: copy) }
    // Copies 0 to 2 are read half way, copy 3 when the update is done.
    func updated() -> TurningStorage { TurningStorage(halfWay, file.storage, at: file.home(3)) }
    let log = try LogInspection.read(updated(), depth: .headers, isLive: true)
    #expect(log.isSteady && log.findings.map(\.kind) == [.liveFile], "\(log.findings)")
    #expect(try LogInspection.read(updated(), depth: .headers).findings.map(\.kind).contains(.superblockCopyStale))
    let superblocks = SuperblockInspection.read(updated(), isLive: true)
    #expect(superblocks.findings.isEmpty && superblocks.places.allSatisfy { $0.state == .current })
    #expect(SuperblockInspection.read(updated()).findings.contains { $0.kind == .superblockCopyStale })
    // One that stays behind is.
    file.write(file.superblock, copy: 2)
    #expect(SuperblockInspection.read(file.storage, isLive: true).findings.map(\.kind) == [.superblockCopyStale])
    #expect(SuperblockInspection.read(before, isLive: true).findings.isEmpty)
  }

  /// A log that is whole by itself and older than a stored reply: no replica starts on it.
  @Test func aReplyLaterThanTheLog() throws {
    let file = try RolledBackLog()
    for depth in [LogInspection.Depth.bodies, .headers] {
      let inspection = try LogInspection.read(file.storage, depth: depth)
      #expect(inspection.decision.serves && inspection.isStartRefused)
      #expect(inspection.replyAhead == file.newest && inspection.knownOp == file.newest.op)
      let ahead = inspection.findings.filter { $0.kind == .replyAhead }
      let verified = Verification.run(file.storage).findings.filter { $0.kind == .replyAhead }
      #expect(ahead == verified && inspection.findings.first?.kind == .replyAhead, "\(inspection.findings)")
      #expect(ahead.first?.next == .decideOnHistory)
      #expect(inspection.aheadWords?.contains("the reply of op \(file.newest.op)") == true)
      #expect(inspection.knownWords.contains("reply slot \(file.newest.slot)"), "\(inspection.knownWords)")
      let older = try LogInspection.read(file.older, depth: depth)
      #expect(older.replyAhead == nil && !older.isStartRefused && older.aheadWords == nil)
      #expect(older.knownOp == older.decision.provenOp)
    }
    // A replica that runs has written them since.
    #expect(try LogInspection.read(file.storage, depth: .bodies, isLive: true).replyAhead == nil)
  }

  /// A slot that changes between the decision and its showing is told, and nothing is claimed of it.
  @Test func changesMeanwhile() throws {
    let file = try SampleFile()
    let inspection = try LogInspection.read(file.storage, depth: .bodies)
    file.append(bodySize: 20)
    let changed = rows(inspection, file).filter(\.hasChanged)
    #expect(changed.map(\.op) == [13])
    #expect(changed.first?.decision == nil && changed.first?.body == .unverified)
    let one = try LogInspection.read(file.storage, depth: .bodies, onlySlot: 14)
    file.append(bodySize: 20)
    #expect(one.row(ofSlot: 14, of: file.storage)?.hasChanged == true)
  }

  @Test func superblockThatNeverHoldsStill() throws {
    let storage = RestlessStorage(try SampleFile())
    let inspection = try LogInspection.read(storage, depth: .bodies)
    #expect(!inspection.isSteady && Set(inspection.findings.map(\.kind)) == [.liveFile, .fileChanging])
  }
}
