internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftStorage

/// What log, replies and grid come to.
extension Verification {
  /// Decides on the log, and on the replies by it. What was not read of the log is taken as its headers tell.
  mutating func judgeLog(_ results: ScanWork.Results, _ subject: Subject) -> Judged {
    var judged = Judged()
    let rest = remainder(subject, results.progress).parts.map(\.part)
    if options.scope.contains(.wal) {
      var intake = results.intake
      judged.isLogWhole = !rest.contains("wal")
      guard judged.isLogWhole || intake.completeFromHeaders(storage) else { return judged }
      let evidence = intake.evidence
      let (namedByChild, copyOp) = (intake.namedByChild, intake.copyOp)
      let journal = intake.finish()
      LogFindings(subject.superblock, journal, evidence: evidence, namedByChild: namedByChild, copyOp: copyOp)
        .add(to: &log)
      judged.journal = journal
      if let found = NumberFindings.of(subject.superblock, head: journal.head) {
        log.add(found)
        judged.hasNumbersLeft = false
      }
    }
    if options.scope.contains(.replies) {
      judgeReplies(results.replies, subject, &judged)
      if rest.contains("replies") { judged.repliesLost = nil }
    }
    return judged
  }

  /// Replies that are not as the checkpoint's table has them.
  func doubtful(_ sights: [ReplySight], _ ground: GridGround) -> [ReplySight] {
    sights.filter { !ReplyFindings.isAsRecorded($0, ground.parts.sessions, ground.geometry) }
  }

  private mutating func judgeReplies(_ sights: [ReplySight], _ subject: Subject, _ judged: inout Judged) {
    let records = subject.ground.parts.sessions
    let superblock = subject.superblock
    // The log is asked only if a slot does not hold what the checkpoint says.
    let entries = subject.liveHead.map { LogHeaders(storage, superblock, head: $0) }
    var doubtful = self.doubtful(sights, subject.ground).filter { !isInMotion($0, subject, entries) }
    if options.isLive, options.isFrozen {
      // They are written for the next checkpoint while this one is current, and may have been half there.
      noteInWriting(doubtful.filter(\.isWorthRereading), superblock.geometry)
      doubtful.removeAll(where: \.isWorthRereading)
    }
    guard !doubtful.isEmpty, let journal = judged.journal else {
      ReplyFindings(superblock, records, nil, reached: nil, isForecastWhole: false).add(doubtful, to: &log)
      if judged.journal == nil, records != nil { noteUnasked(doubtful) }
      judged.repliesLost = judged.journal == nil ? nil : []
      return
    }
    if judged.isLogWhole, !journal.serves {
      let remade = repliesOfMendedLog(journal, subject)
      log.alone?.remadeReplies = remade
    }
    let headers = LogHeaders(storage, superblock, head: journal.head.op)
    let forecast = records.map { ReplyForecast(superblock, $0, entry: headers.header) }
    let isWhole = judged.isLogWhole && journal.serves && !options.isLive
    let reached = judged.isLogWhole && !options.isLive ? max(journal.head.op, journal.provenOp) : nil
    let findings = ReplyFindings(superblock, records, forecast, reached: reached, isForecastWhole: isWhole)
    findings.add(doubtful, to: &log)
    judged.hasReplyAhead = findings.hasAhead(doubtful)
    judged.repliesLost = findings.lost(doubtful)
  }

  /// Whole replies that are not those of the checkpoint's table, while the log was left out, which may have made them.
  private mutating func noteUnasked(_ sights: [ReplySight]) {
    let slots = sights.filter { !$0.isDamaged }.map(\.slot)
    guard let first = slots.first else { return }
    log.add(
      Finding(
        .verificationIncomplete,
        evidence:
          "the log was left out; not checked: whether it made the replies of \(slots.count) slots, the first slot \(first), which "
          + "are not those of the checkpoint's table"))
  }

  private mutating func noteInWriting(_ sights: [ReplySight], _ geometry: Geometry) {
    for sight in sights {
      let start = geometry.replyOffset(slot: sight.slot)
      log.add(
        Finding(
          .fileChanging, zone: .replies, slot: sight.slot, range: start..<start + UInt64(geometry.messageSize),
          evidence:
            "the image was made while a replica ran on the file, and the reply may have been in the middle of being "
            + "written: \(sight.trouble ?? "")"))
    }
  }

  /// The slots that the log fills anew once the file alone has made it right; none if that is not to be had.
  private func repliesOfMendedLog(_ journal: JournalDecision, _ subject: Subject) -> Set<Int> {
    let found = log.findings.filter { [.walHeaders, .walPrepares].contains($0.zone) && $0.exitCode > .degraded }
    guard let alone = log.alone, let records = subject.ground.parts.sessions, !found.isEmpty,
      found.allSatisfy({ $0.exitCode == .repairable })
    else { return [] }
    var mended: [UInt64: PrepareHeader] = [:]
    for finding in found {
      guard let op = finding.op, let entry = alone.entry(finding) else { return [] }
      mended[op] = entry.header
    }
    let headers = LogHeaders(storage, subject.superblock, head: journal.provenOp)
    let forecast = ReplyForecast(subject.superblock, records) { mended[$0] ?? headers.header(of: $0) }
    return Set(records.indices.filter { forecast.remakes($0, of: records[$0]) })
  }

  /// In a file in use: a reply that was written for the next checkpoint, perhaps since the log was read. It is newer than the table of
  /// sessions, and sound if the log has the request (rule R21), or has not been looked at so far.
  private func isInMotion(_ sight: ReplySight, _ subject: Subject, _ headers: LogHeaders?) -> Bool {
    guard let headers, let head = subject.liveHead, case .whole(let reply) = sight.contents, reply.kind == .reply,
      reply.op > subject.superblock.checkpoint.op
    else { return false }
    guard reply.op <= head else { return true }
    guard let entry = headers.header(of: reply.op) else { return false }
    return entry.client == reply.client && entry.requestChecksum == reply.requestChecksum
  }

  /// - Parameter isRead: whether all blocks were read.
  /// - Returns: whether all that can be said of them was found out.
  mutating func judgeGrid(
    _ results: ScanWork.Results, _ subject: Subject, isRead: Bool, _ judged: inout Judged
  ) -> Bool {
    var grid = results.grid
    var ground = subject.ground
    let isTreeWhole = isRead && grid.faultCount == 0
    let root = ground.superblock.checkpoint.treeRoot.address
    let counts = isTreeWhole ? TreeCounts(ground.superblock.checkpoint, grid) : nil
    if isTreeWhole { GridFindings(ground).addWhole(grid, to: &log) }
    var isWhole = true
    if isRead, grid.hasDoubtfulValues { isWhole = ValueSearch.run(storage, ground, &grid, options.budget) }
    var (faults, damaged) = (grid.faults, grid.damaged)
    if options.isLive {
      let outcome = LiveRecheck(storage, ground, grid).run()
      (ground, faults, damaged) = (outcome.ground, outcome.faults, outcome.damaged)
      for address in outcome.superseded where subject.ground.hasBlock(address) {
        tally.supersede(subject.ground.range(of: address))
      }
      noteChanging(outcome.changing, ground)
    }
    // So a replica calls it when it comes to what is counted for less than there is.
    if counts?.hasLow == true { faults.append(GridFault(fault: .violates(.treeCounts, address: root), referrer: nil)) }
    let findings = GridFindings(ground)
    if ground.superblock.checkpoint.id != subject.superblock.checkpoint.id { findings.addCheckpoint(to: &log) }
    var reported = BlockSet()
    let replaced = isRead ? replacedValues(grid, ground, judged) : [:]
    for fault in faults {
      if let op = replaced[fault.address] {
        log.add(findings.finding(for: fault, replacedBy: op))
      } else {
        log.add(findings.finding(for: fault))
      }
      if !reported.contains(fault.address), fault.address > 0, fault.address <= ground.blockCount {
        reported.insert(fault.address)
      }
    }
    for fault in ground.parts.faults where fault.address > 0 && !reported.contains(fault.address) {
      reported.insert(fault.address)
    }
    judged.stopsAt = faults.map(\.address).filter { replaced[$0] == nil }.min()
    if counts?.wrong.isEmpty == false { judged.stopsAt = judged.stopsAt ?? root }
    for block in damaged {
      let found = findings.finding(
        for: block, grid, reported: reported, isTreeWhole: isTreeWhole, isRead: isRead,
        mayBeReused: mayBeReused(ground, judged.journal))
      if let found { log.add(found) }
    }
    return isWhole
  }

  /// Damaged blocks of values that the log replaces before anything reads them, with the op that does. Of a file in use nobody can
  /// tell: its replica has read what it has read.
  private func replacedValues(_ grid: GridIntake, _ ground: GridGround, _ judged: Judged) -> [UInt64: UInt64] {
    guard !options.isLive, judged.isLogWhole, let journal = judged.journal, journal.serves,
      grid.faultCount == grid.faults.count, !grid.faults.isEmpty
    else { return [:] }
    if let recorded = ReplacedBlocks.recorded(of: storage) {
      return recorded.replaced(in: storage, ground.superblock, head: journal.head.op)
    }
    return ReplacedValues.find(among: grid.faults, storage, ground, head: journal.head.op)
  }

  private mutating func noteChanging(_ addresses: [UInt64], _ ground: GridGround) {
    for address in addresses {
      log.add(
        Finding(
          .fileChanging, zone: .grid, block: address, range: ground.hasBlock(address) ? ground.range(of: address) : nil,
          evidence:
            "it was damaged each of \(ScanWork.rereadsMax) times it was read, and there was a newer checkpoint each time"
        ))
    }
  }

  /// Whether blocks that the checkpoint has released may be in use again: they are free when an op beyond the headroom is
  /// executed (rule R18). Without the log nobody knows.
  private func mayBeReused(_ ground: GridGround, _ journal: JournalDecision?) -> Bool {
    guard let journal else { return true }
    return journal.head.op > ground.superblock.checkpoint.op + UInt64(ground.geometry.headroom)
  }
}
