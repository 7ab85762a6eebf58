internal import Glibc
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
public import MKraftStorage

/// Reads everything in a file that can be checked, and concludes what is true of it. It writes nothing.
///
/// Memory is bounded whatever the geometry: two bytes a slot, the evidence of at most 4096 bad slots, and two huge pages for each
/// of three threads; of the grid three bits a block (24 MiB for the largest there is), sums of 8 MiB at most (`GridIntake`),
/// and 4 MiB for what nodes say of leaves (`LeafWindow`).
public struct Verification {
  /// Passes over a file in use until two looks at its superblock agree.
  public static let passesMax = 3

  /// Threads that share the work: two keep the processors busy, and a third one's request keeps the device busy meanwhile. If
  /// the system gives fewer, those do it.
  static let threadCount = 3

  public struct Options: Sendable {
    public var scope = VerificationScope.everything
    /// Most findings kept; all are counted.
    public var findingsLimit = 1000
    /// Whether a replica runs on the file.
    public var isLive = false
    /// Least alignment of direct I/O on the file's device, bytes, if the storage does not know it; what a replica would meet.
    public var deviceAlignment: Int?
    /// Bytes for what nodes say of leaves; with fewer a grid takes more windows.
    package var leafByteCountMax = LeafWindow.byteCountMax

    public init() {}
  }

  let storage: any Storage
  let options: Options
  var log: FindingLog
  var tally: ScanTally
  let byteCount: UInt64
  /// A repair that is not finished.
  var mark: RepairMark?

  /// - Parameter progress: called on this thread with the bytes accounted for, and of how many.
  public static func run(
    _ storage: any Storage, _ options: Options = Options(),
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) -> VerificationReport {
    var options = options
    for pass in 1...passesMax {
      var verification = Verification(storage, options)
      let (report, changed) = verification.pass(isLast: pass == passesMax, progress)
      guard changed, pass < passesMax else { return report }
      options.isLive = true
    }
    preconditionFailure("the last pass returns")
  }

  private init(_ storage: any Storage, _ options: Options) {
    self.storage = storage
    self.options = options
    byteCount = storage.byteCount
    log = FindingLog(limit: options.findingsLimit)
    tally = ScanTally(byteCount: byteCount)
  }

  private mutating func pass(
    isLast: Bool, _ progress: (UInt64, UInt64) -> Void
  ) -> (VerificationReport, changed: Bool) {
    let (survey, decision) = superblocks()
    noteRepair(survey)
    log.add(SuperblockFindings.of(survey, decision))
    guard let superblock = reference(survey, decision) else {
      return (withoutSuperblock(survey, decision, progress), false)
    }
    noteFile(superblock)
    let liveHead = options.isLive ? LiveHead.find(storage, superblock) : nil
    let ground = GridGround(superblock, CheckpointReader(storage, superblock).parts())
    let results = scan(superblock, ground, liveHead: liveHead, progress)
    let judged = finish(results, superblock, ground)
    let changed =
      results.sawChange && !options.isLive
      || options.isLive && log.hasConcern && hasChanged(since: decision)
    if options.isLive { noteLive(liveHead) }
    if changed && isLast { noteChanging() }
    let start = start(decision, judged, ground)
    return (report(decision, superblock, judged, start, liveHead), changed)
  }

  /// The superblock copies as a replica reads them: looking further could find what a replica does not see, and decide
  /// otherwise. In a file in use an update may be under way.
  private func superblocks() -> (SuperblockSurvey, SuperblockDecision) {
    for _ in 0..<(options.isLive ? ScanWork.rereadsMax : 0) {
      let survey = SuperblockSurvey.read(storage)
      let decision = SuperblockDecision(survey)
      if decision.states.allSatisfy({ $0 == .current }) { return (survey, decision) }
      usleep(Verification.updateTime)
    }
    let survey = SuperblockSurvey.read(storage)
    return (survey, SuperblockDecision(survey))
  }

  /// Microseconds that an update of the superblock may take.
  private static let updateTime: UInt32 = 2000

  /// What was found while the file moved on may be what it moved on from. What the device refuses, and what nobody writes, is
  /// certain all the same.
  private mutating func noteChanging() {
    log.removeAll { $0.exitCode != .sound && ![.rangeUnreadable, .gapNotZero, .otherMembers].contains($0) }
    log.add(
      Finding(.fileChanging, evidence: "the superblock changed during each of \(Verification.passesMax) passes"))
  }

  /// The superblock to judge the rest by: the chosen one, else the newest that counts, whose log is then judged by what it knows.
  private func reference(_ survey: SuperblockSurvey, _ decision: SuperblockDecision) -> Superblock? {
    guard survey.geometry != nil else { return nil }
    return decision.chosen ?? survey.copies.compactMap(\.valid).max { $0.sequence < $1.sequence }
  }

  // MARK: The file as a whole

  /// A mark in whichever place is reported once, in whatever scope.
  private mutating func noteRepair(_ survey: SuperblockSurvey) {
    mark = RepairMarkScan.find(storage, survey.geometry)
    guard let mark else { return }
    log.add(
      Finding(
        .repairInProgress, range: mark.offset..<mark.offset + UInt64(RepairMark.byteCount),
        actual: .checksum(mark.plan),
        evidence: "the mark at byte \(mark.offset) names the undo log \(Escape.text(mark.path))"))
  }

  private mutating func noteFile(_ superblock: Superblock) {
    let expected = superblock.checkpoint.storageSize
    if byteCount < expected {
      log.add(
        Finding(
          .fileTruncated, range: byteCount..<expected, expected: .number(expected), actual: .number(byteCount),
          evidence: "the file has \(byteCount) bytes, the superblock names \(expected)"))
    }
    if byteCount > expected, !isReservedGrowth(superblock) {
      log.add(
        Finding(
          .fileOverLong, range: expected..<byteCount, expected: .number(expected), actual: .number(byteCount),
          evidence:
            "the file has \(byteCount) bytes, the superblock names \(expected); what the grid will grow into is whole "
            + "blocks, \(superblock.geometry.gridBlocksMax) in all at most"))
    }
    let count = superblock.members.count
    if count > 1 {
      log.add(
        Finding(.otherMembers, actual: .number(UInt64(count)), evidence: "the superblock lists \(count) members"))
    }
    if Int(superblock.geometry.ioUnit) < alignment {
      log.add(
        Finding(
          .ioUnitTooSmall, expected: .number(UInt64(alignment)), actual: .number(UInt64(superblock.geometry.ioUnit)),
          evidence: "the device takes multiples of \(alignment) bytes, io_unit is \(superblock.geometry.ioUnit)"))
    }
  }

  /// Whether what lies behind the last block in use is space for more blocks (rule R17).
  private func isReservedGrowth(_ superblock: Superblock) -> Bool {
    let geometry = superblock.geometry
    let end = geometry.fileSize(blockCount: geometry.blockCount(fileSize: byteCount))
    return byteCount == end && byteCount >= superblock.checkpoint.storageSize
  }

  private var alignment: Int { options.deviceAlignment ?? storage.directAlignment }

  private mutating func noteLive(_ head: UInt64?) {
    log.add(Finding(.liveFile, op: head, evidence: "its lock is held, or it changed while it was read"))
  }

  private func hasChanged(since decision: SuperblockDecision) -> Bool {
    let now = SuperblockDecision(SuperblockSurvey.read(storage))
    return now.chosen?.checksum != decision.chosen?.checksum || now.states != decision.states
  }

  /// No superblock tells what lies where.
  private mutating func withoutSuperblock(
    _ survey: SuperblockSurvey, _ decision: SuperblockDecision, _ progress: (UInt64, UInt64) -> Void
  ) -> VerificationReport {
    if case .failure(.notFound) = decision.outcome {
      let outcome = TraceScan.run(storage, byteCount: byteCount) { progress($0, byteCount) }
      tally = outcome.tally
      log.add(absence(outcome, survey))
    } else {
      tally.skip(0..<byteCount, .geometryUnknown)
    }
    noteUnreadable()
    return report(decision, nil, Judged(), start(decision, Judged(), nil), nil)
  }

  private func absence(_ outcome: TraceScan.Outcome, _ survey: SuperblockSurvey) -> Finding {
    if byteCount == 0 { return Finding(.notOurFormat, evidence: "the file is empty") }
    if !outcome.readAnything {
      return Finding(.nothingReadable, range: 0..<byteCount, evidence: "every read of \(byteCount) bytes failed")
    }
    if let trace = outcome.trace {
      return Finding(
        .superblockNotFound, evidence: "a whole \(trace.kind.name) header stands at byte \(trace.offset)")
    }
    if let sighting = survey.sightings.first {
      return Finding(
        .superblockNotFound,
        evidence: "a copy of a superblock stands at byte \(sighting.offset), which is not its place")
    }
    return Finding(.notOurFormat, evidence: "no structure of a data file validates in its \(byteCount) bytes")
  }

  // MARK: The scan

  /// What the log, the replies and the grid come to, as far as they were read.
  struct Judged {
    var journal: JournalDecision?
    /// Reply slots that a replica would not start without; nil if replies or log were left out.
    var repliesLost: [Int]?
    /// A block that a replica stops at when it needs it.
    var stopsAt: UInt64?
    var grid: GridSummary?
  }

  private mutating func finish(_ results: ScanWork.Results, _ superblock: Superblock, _ ground: GridGround) -> Judged {
    tally.add(results.tally)
    accountForRest(superblock)
    log.add(results.tally.findings)
    noteUnreadable()
    GridFindings(ground).addCheckpoint(to: &log)
    var judged = Judged()
    if options.scope.contains(.wal) {
      let evidence = results.intake.evidence
      let namedByChild = results.intake.namedByChild
      let journal = results.intake.finish()
      LogFindings(superblock, journal, evidence: evidence, namedByChild: namedByChild).add(to: &log)
      judged.journal = journal
    }
    if options.scope.contains(.replies) { judgeReplies(results.replies, ground, &judged) }
    judged.grid = GridSummary(ground, byteCount: byteCount)
    if options.scope.contains(.grid) { judgeGrid(results, ground, &judged) }
    return judged
  }

  private mutating func accountForRest(_ superblock: Superblock) {
    let geometry = superblock.geometry
    for copy in 0..<Superblock.copyCount {
      let start = geometry.offset(of: .superblock(copy))
      let range = start..<start + UInt64(Superblock.byteCount)
      tally.probe(range, of: storage, unit: Int(min(geometry.ioUnit, UInt32(Superblock.byteCount))))
    }
    func leaveOut(_ part: VerificationScope, _ zones: [Zone]) {
      guard !options.scope.contains(part) else { return }
      for zone in zones {
        let start = geometry.offset(of: zone)
        tally.skip(start..<start + geometry.byteCount(of: zone), .outOfScope)
      }
    }
    leaveOut(.wal, [.walHeaders, .walPrepares])
    leaveOut(.replies, [.replies])
    if !options.scope.contains(.gaps) { for gap in ScanPlan.gaps(geometry) { tally.skip(gap, .outOfScope) } }
    let grid = geometry.offset(of: .grid)
    let end = max(grid, superblock.checkpoint.storageSize)
    if !options.scope.contains(.grid) { tally.skip(grid..<end, .outOfScope) }
    let reserved = max(end, geometry.fileSize(blockCount: geometry.blockCount(fileSize: byteCount)))
    tally.skip(end..<reserved, .reservedGrowth)
    tally.skip(reserved..<max(reserved, byteCount), .beyondData)
  }

  private mutating func noteUnreadable() {
    for range in tally.unreadable {
      log.add(Finding(.rangeUnreadable, range: range, evidence: "the device reported an error for each unit of it"))
    }
  }

  // MARK: The verdict

  /// What the replica decides, by its own steps in its own order.
  private func start(_ decision: SuperblockDecision, _ judged: Judged, _ ground: GridGround?) -> Verdict.Start {
    if let mark { return .refuses(reason: OpeningRefusal.repairInProgress(mark).name) }
    let superblock: Superblock
    switch decision.outcome {
    case .failure(let refusal): return .refuses(reason: OpeningRefusal.superblock(refusal).name)
    case .success(let chosen): superblock = chosen
    }
    do throws(OpeningRefusal) {
      try Opening.admit(superblock, byteCount: byteCount, directAlignment: alignment)
    } catch {
      if case .otherMembers = error { return .abstains }
      return .refuses(reason: error.name)
    }
    if let fault = ground?.parts.faults.first { return .refuses(reason: OpeningRefusal.checkpoint(fault).name) }
    guard let journal = judged.journal else { return .notJudged }
    guard journal.serves else { return .refuses(reason: OpeningRefusal.journal(journal).name) }
    guard let lost = judged.repliesLost else { return .notJudged }
    guard lost.isEmpty else { return .refuses(reason: OpeningRefusal.repliesLost(slots: lost).name) }
    if let address = judged.stopsAt { return .servesUntilDamage(block: address) }
    let healed = journal.slots.contains { $0.disposition == .fixed || $0.disposition == .vacated }
    return healed || !decision.repairs.isEmpty ? .servesAfterRepair : .serves
  }

  private func report(
    _ decision: SuperblockDecision, _ superblock: Superblock?, _ judged: Judged, _ start: Verdict.Start,
    _ liveHead: UInt64?
  ) -> VerificationReport {
    let counts = log.counts
    return VerificationReport(
      verdict: Verdict(start: start, kinds: counts.map(\.kind), scope: options.scope), findings: log.findings,
      counts: counts, bytes: tally.bytes, byteCount: byteCount, superblockDecision: decision, superblock: superblock,
      journal: judged.journal, grid: judged.grid, liveHead: liveHead, mark: mark)
  }
}
