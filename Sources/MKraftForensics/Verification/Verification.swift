internal import MKraftFormat
internal import MKraftReplica
public import MKraftStorage

/// Reads everything in a file that can be checked, and concludes what is true of it. It writes nothing.
///
/// Memory is bounded whatever the geometry: two bytes a slot, the evidence of at most 4096 bad slots, and two huge pages for each
/// of three threads.
public struct Verification {
  /// Passes over a file in use until two looks at its superblock agree.
  public static let passesMax = 3

  /// Threads that share the work: two keep the processors busy, and a third one's request keeps the device busy meanwhile. If
  /// the system gives fewer, those do it.
  private static let threadCount = 3

  public struct Options: Sendable {
    public var scope = VerificationScope.everything
    /// Most findings kept; all are counted.
    public var findingsLimit = 1000
    /// Whether a replica runs on the file.
    public var isLive = false
    /// Least alignment of direct I/O on the file's device, bytes, if the storage does not know it; what a replica would meet.
    public var deviceAlignment: Int?

    public init() {}
  }

  private let storage: any Storage
  private let options: Options
  private var log: FindingLog
  private var tally: ScanTally
  private let byteCount: UInt64

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
    // As a replica reads it: looking further could find what a replica does not see, and decide otherwise.
    let survey = SuperblockSurvey.read(storage)
    let decision = SuperblockDecision(survey)
    log.add(SuperblockFindings.of(survey, decision))
    guard let superblock = reference(survey, decision) else {
      return (withoutSuperblock(survey, decision, progress), false)
    }
    noteFile(superblock)
    let liveHead = options.isLive ? LiveHead.find(storage, superblock) : nil
    let results = scan(superblock, liveHead: liveHead, progress)
    let journal = finish(results, superblock)
    let changed = results.sawChange && !options.isLive || options.isLive && hasChanged(since: decision)
    if options.isLive { noteLive(liveHead) }
    if changed && isLast {
      log.add(
        Finding(.fileChanging, evidence: "the superblock changed during each of \(Verification.passesMax) passes"))
    }
    let start = start(decision, journal)
    return (report(decision, superblock, journal, start, liveHead), changed)
  }

  /// The superblock to judge the rest by: the chosen one, else the newest that counts, whose log is then judged by what it knows.
  private func reference(_ survey: SuperblockSurvey, _ decision: SuperblockDecision) -> Superblock? {
    guard survey.geometry != nil else { return nil }
    return decision.chosen ?? survey.copies.compactMap(\.valid).max { $0.sequence < $1.sequence }
  }

  // MARK: The file as a whole

  private mutating func noteFile(_ superblock: Superblock) {
    let expected = superblock.checkpoint.storageSize
    if byteCount < expected {
      log.add(
        Finding(
          .fileTruncated, range: byteCount..<expected, expected: .number(expected), actual: .number(byteCount),
          evidence: "the file has \(byteCount) bytes, the superblock names \(expected)"))
    }
    if byteCount > expected {
      log.add(
        Finding(
          .fileOverLong, range: expected..<byteCount, expected: .number(expected), actual: .number(byteCount),
          evidence: "the file has \(byteCount) bytes, the superblock names \(expected)"))
    }
    let count = superblock.members.count
    if count > 1 {
      log.add(
        Finding(.otherMembers, actual: .number(UInt64(count)), evidence: "the superblock lists \(count) members"))
    }
    if !superblock.checkpoint.isEmpty {
      log.add(
        Finding(
          .checkpointUnsupported, actual: .number(superblock.checkpoint.op),
          evidence: "the superblock names a checkpoint at op \(superblock.checkpoint.op)"))
    }
    if Int(superblock.geometry.ioUnit) < alignment {
      log.add(
        Finding(
          .ioUnitTooSmall, expected: .number(UInt64(alignment)), actual: .number(UInt64(superblock.geometry.ioUnit)),
          evidence: "the device takes multiples of \(alignment) bytes, io_unit is \(superblock.geometry.ioUnit)"))
    }
  }

  private var alignment: Int { options.deviceAlignment ?? storage.directAlignment }

  private mutating func noteLive(_ head: UInt64?) {
    log.add(Finding(.liveFile, op: head, evidence: "its lock is held, or it changed while it was read"))
  }

  private func hasChanged(since decision: SuperblockDecision) -> Bool {
    let now = SuperblockDecision(SuperblockSurvey.read(storage))
    return now.chosen?.checksum != decision.chosen?.checksum
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
    return report(decision, nil, nil, start(decision, nil), nil)
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

  private mutating func scan(
    _ superblock: Superblock, liveHead: UInt64?, _ progress: (UInt64, UInt64) -> Void
  ) -> ScanWork.Results {
    let slotsPerPiece = JournalReader.batchLimit(superblock.geometry)
    let plan = ScanPlan(superblock, scope: options.scope, slotsPerPiece: slotsPerPiece)
    let work = ScanWork(
      storage, superblock, plan: plan, byteCount: byteCount, isLive: options.isLive, liveHead: liveHead)
    let helpers = (1..<Verification.threadCount).map { _ in WorkerThread { work.run { _ in } } }
    work.run { progress($0, byteCount) }
    for helper in helpers { helper?.join() }
    return work.finish()
  }

  private mutating func finish(_ results: ScanWork.Results, _ superblock: Superblock) -> JournalDecision? {
    tally.add(results.tally)
    accountForRest(superblock)
    log.add(results.tally.findings)
    noteUnreadable()
    guard options.scope.contains(.wal) else { return nil }
    let evidence = results.intake.evidence
    let namedByChild = results.intake.namedByChild
    let journal = results.intake.finish()
    LogFindings(superblock, journal, evidence: evidence, namedByChild: namedByChild).add(to: &log)
    return journal
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
    tally.skip(grid..<end, .grid)
    tally.skip(end..<max(end, byteCount), .beyondData)
  }

  private mutating func noteUnreadable() {
    for range in tally.unreadable {
      log.add(Finding(.rangeUnreadable, range: range, evidence: "the device reported an error for each unit of it"))
    }
  }

  // MARK: The verdict

  /// What the replica decides, by its own steps in its own order.
  private func start(_ decision: SuperblockDecision, _ journal: JournalDecision?) -> Verdict.Start {
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
    guard let journal else { return .notJudged }
    guard journal.serves else { return .refuses(reason: OpeningRefusal.journal(journal).name) }
    let healed = journal.slots.contains { $0.disposition == .fixed || $0.disposition == .vacated }
    return healed || !decision.repairs.isEmpty ? .servesAfterRepair : .serves
  }

  private func report(
    _ decision: SuperblockDecision, _ superblock: Superblock?, _ journal: JournalDecision?, _ start: Verdict.Start,
    _ liveHead: UInt64?
  ) -> VerificationReport {
    let counts = log.counts
    return VerificationReport(
      verdict: Verdict(start: start, kinds: counts.map(\.kind), scope: options.scope), findings: log.findings,
      counts: counts, bytes: tally.bytes, byteCount: byteCount, superblockDecision: decision, superblock: superblock,
      journal: journal, liveHead: liveHead)
  }
}
