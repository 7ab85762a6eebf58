internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Reading, in one sweep over the file; of a very large grid in several windows.
extension Verification {
  func scan(
    _ superblock: Superblock, _ ground: GridGround, liveHead: UInt64?, _ progress: (UInt64, UInt64) -> Void
  ) -> ScanWork.Results {
    var window = LeafWindow(from: 1, byteCountMax: options.leafByteCountMax)
    var walk = TreeWalk(storage, ground)
    if options.scope.contains(.grid) { walk.run { window.add($0, by: $1, $2, $3) } }
    window.finish()
    let outline = GridIntake(ground, walk)
    var results = scan(superblock, ground, options.scope, window, outline, liveHead: liveHead, done: 0, progress)
    while options.scope.contains(.grid), window.addresses.upperBound < ground.blockCount {
      window = LeafWindow(from: window.addresses.upperBound + 1, byteCountMax: options.leafByteCountMax)
      var again = TreeWalk(storage, ground)
      again.run { window.add($0, by: $1, $2, $3) }
      window.finish()
      let more = scan(
        superblock, ground, .superblocks, window, results.grid, liveHead: liveHead, done: results.tally.bytes.total,
        progress)
      results.tally.add(more.tally)
      results.grid = more.grid
      results.sawChange = results.sawChange || more.sawChange
    }
    return results
  }

  /// - Parameters:
  ///   - scope: what is read beside the window's blocks.
  ///   - done: bytes accounted for before.
  private func scan(
    _ superblock: Superblock, _ ground: GridGround, _ scope: VerificationScope, _ window: LeafWindow,
    _ grid: GridIntake, liveHead: UInt64?, done: UInt64, _ progress: (UInt64, UInt64) -> Void
  ) -> ScanWork.Results {
    let slotsPerPiece = JournalReader.batchLimit(superblock.geometry)
    let last = options.scope.contains(.grid) ? min(window.addresses.upperBound, ground.blockCount) : 0
    let blocks = window.addresses.lowerBound..<max(last + 1, window.addresses.lowerBound)
    let plan = ScanPlan(superblock, scope: scope, slotsPerPiece: slotsPerPiece, blocks: blocks)
    let work = ScanWork(
      storage, superblock, plan: plan, byteCount: byteCount, isLive: options.isLive, liveHead: liveHead, ground, window,
      grid)
    let helpers = (1..<Verification.threadCount).map { _ in WorkerThread { work.run { _ in } } }
    work.run { progress(done + $0, byteCount) }
    for helper in helpers { helper?.join() }
    return work.finish()
  }

  // MARK: What it comes to

  mutating func judgeReplies(_ sights: [ReplySight], _ ground: GridGround, _ judged: inout Judged) {
    let records = ground.parts.sessions
    let superblock = ground.superblock
    // The log is asked only if a slot does not hold what the checkpoint says.
    let doubtful = sights.filter { !ReplyFindings.isAsRecorded($0, records, superblock.geometry) }
    guard !doubtful.isEmpty, let journal = judged.journal else {
      ReplyFindings(superblock, records, nil, isForecastWhole: false).add(doubtful, to: &log)
      judged.repliesLost = judged.journal == nil ? nil : []
      return
    }
    let headers = LogHeaders(storage, superblock, head: journal.head.op)
    let forecast = records.map { ReplyForecast(superblock, $0, entry: headers.header) }
    let isWhole = journal.serves && !options.isLive
    let findings = ReplyFindings(superblock, records, forecast, isForecastWhole: isWhole)
    findings.add(doubtful, to: &log)
    judged.repliesLost = findings.lost(doubtful)
  }

  mutating func judgeGrid(_ results: ScanWork.Results, _ ground: GridGround, _ judged: inout Judged) {
    var grid = results.grid
    let findings = GridFindings(ground)
    let isTreeWhole = grid.faultCount == 0
    if isTreeWhole { findings.addWhole(grid, to: &log) }
    if grid.hasDoubtfulValues { ValueSearch.run(storage, ground, &grid) }
    var reported = BlockSet()
    let replaced = replacedValues(grid, ground, judged.journal)
    for fault in grid.faults {
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
    judged.stopsAt = grid.faults.map(\.address).filter { replaced[$0] == nil }.min()
    for damaged in grid.damaged where !(options.isLive && ground.use(of: damaged.address) == .released) {
      let found = findings.finding(
        for: damaged, grid, reported: reported, isTreeWhole: isTreeWhole,
        mayBeReused: mayBeReused(ground, judged.journal))
      if let found { log.add(found) }
    }
  }

  /// Damaged blocks of values that the log replaces, with the op that does.
  private func replacedValues(
    _ grid: GridIntake, _ ground: GridGround, _ journal: JournalDecision?
  ) -> [UInt64: UInt64] {
    guard let journal, journal.serves, grid.faultCount == grid.faults.count, !grid.faults.isEmpty else { return [:] }
    return ReplacedValues.find(among: grid.faults, storage, ground, head: journal.head.op)
  }

  /// Whether blocks that the checkpoint has released may be in use again: they are free when an op beyond the headroom is
  /// executed (rule R18). Without the log nobody knows.
  private func mayBeReused(_ ground: GridGround, _ journal: JournalDecision?) -> Bool {
    guard let journal else { return true }
    return journal.head.op > ground.superblock.checkpoint.op + UInt64(ground.geometry.headroom)
  }
}
