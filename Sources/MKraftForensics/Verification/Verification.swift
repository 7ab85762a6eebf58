internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
public import MKraftStorage

/// Reads everything in a file that can be checked, and concludes what is true of it. It writes nothing.
///
/// Memory is bounded whatever the geometry: two bytes a slot, the evidence of at most 4096 bad slots, and a huge page or two for each
/// of three threads; of the grid three bits a block (24 MiB for the largest there is), sums of 8 MiB at most (`GridIntake`),
/// and 4 MiB for what nodes say of leaves (`LeafWindow`).
public struct Verification {
  /// Threads that share the work: two keep the processors busy, and a third one's request keeps the device busy meanwhile. If
  /// the system gives fewer, those do it.
  static let threadCount = 3

  /// Times that the checkpoint of a file in use is read, if a newer one takes its place each time.
  static let checkpointReadsMax = 8

  public struct Options: Sendable {
    public var scope = VerificationScope.everything
    /// Most findings kept; all are counted.
    public var findingsLimit = 1000
    /// Which findings are kept; all are counted, and the verdict speaks of all.
    public var isWanted: @Sendable (Finding) -> Bool = { _ in true }
    /// Whether a replica runs on the file.
    public var isLive = false
    /// Of an image that was made of a file in use: what looks damaged cannot be read again.
    public var isFrozen = false
    /// Of an image whose parts are not of one superblock: what contradicts in it is no finding about the file.
    public var isUnsteady = false
    /// For a file in which no superblock stands.
    public var supplied: SuppliedGeometry?
    /// Least alignment of direct I/O on the file's device, bytes, if the storage does not know it; what a replica would meet.
    public var deviceAlignment: Int?
    /// What it may cost, and how it is interrupted.
    public var budget = ScanBudget()
    /// What an earlier verification left for this one (`VerificationReport.rest`).
    public var resuming: [UInt8]?
    /// Whether a verification that ends early leaves what it takes to go on.
    public var keepsRest = false
    /// How the file is read, in any words: a verification goes on only as it began.
    public var readMode = ""
    /// Threads that share the work, the caller's among them; at least one.
    public var threadCount = Verification.threadCount
    /// Bytes for what nodes say of leaves; with fewer a grid takes more windows.
    package var leafByteCountMax = LeafWindow.byteCountMax

    public init() {}
  }

  let storage: any Storage
  let options: Options
  let buffers = ScanBuffers()
  var log: FindingLog
  var tally: ScanTally
  var byteCount: UInt64
  var resumption: Resumption
  /// A repair that is not finished.
  var mark: RepairMark?
  let progress: (UInt64, UInt64) -> Void

  /// - Parameter progress: called on this thread with the bytes accounted for, and of how many.
  public static func run(
    _ storage: any Storage, _ options: Options = Options(),
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) -> VerificationReport {
    let paced = PacedStorage(storage, options.budget)
    return withoutActuallyEscaping(progress) { progress in
      var verification = Verification(paced, options, progress)
      let (report, hasChanged) = verification.pass()
      // Something writes to a file that nobody has locked.
      guard hasChanged, !options.isLive else { return report }
      var options = options
      options.isLive = true
      options.resuming = nil
      var again = Verification(paced, options, progress)
      if report.resumption != .none { again.resumption = .startedOver("the file changed while it was read") }
      return again.pass().report
    }
  }

  private init(_ storage: any Storage, _ options: Options, _ progress: @escaping (UInt64, UInt64) -> Void) {
    self.storage = storage
    self.options = options
    self.progress = progress
    byteCount = storage.byteCount
    log = FindingLog(limit: options.findingsLimit, isWanted: options.isWanted)
    tally = ScanTally(byteCount: byteCount)
    resumption = .none
  }

  private mutating func pass() -> (report: VerificationReport, hasChanged: Bool) {
    for attempt in 1... {
      begin()
      let look = SuperblockLook(storage, isLive: options.isLive)
      noteRepair(look.survey)
      if mark == nil { log.alone = FileAlone(storage, look.decision) }
      log.add(look.findings)
      guard let reference = reference(look) else { return (withoutSuperblock(look), false) }
      if options.isLive { begin(byteCount: storage.byteCount) }
      noteFile(reference, look)
      let subject = begin(look, reference, isFirst: attempt == 1)
      // In a file in use another checkpoint may have taken the place of the one that was being read.
      if options.isLive, !subject.ground.parts.faults.isEmpty, hasMoved(since: look) {
        if attempt < Verification.checkpointReadsMax, options.budget.stop == nil { continue }
        return (withoutCheckpoint(look), false)
      }
      let results = scan(subject, [.wal, .replies], subject.start, report: progress)
      var judged = judgeLog(results, subject)
      if options.isLive, log.hasConcern {
        if attempt < ScanWork.rereadsMax, options.budget.stop == nil { continue }
        if hasMoved(since: look) { noteChanging() }
      }
      let whole = scan(subject, [.gaps, .grid], results, report: progress)
      return conclude(whole, subject, &judged)
    }
    preconditionFailure("the last attempt returns")
  }

  private mutating func begin() {
    log = FindingLog(limit: options.findingsLimit, isWanted: options.isWanted)
    begin(byteCount: byteCount)
  }

  mutating func begin(byteCount: UInt64) {
    self.byteCount = byteCount
    tally = ScanTally(byteCount: byteCount)
  }

  /// What everything else is judged by.
  struct Reference {
    let superblock: Superblock
    /// Set if the superblock is none that stands in the file.
    var assumption: AssumedSuperblock?
  }

  /// The superblock to judge the rest by: the chosen one, else the newest that counts, whose log is then judged by what it knows;
  /// else a copy that is not at its home, if it is of the only file there is; else what a supplied geometry makes of the rings.
  private func reference(_ look: SuperblockLook) -> Reference? {
    let survey = look.survey
    if survey.geometry != nil {
      let newest = survey.copies.compactMap(\.valid).max { $0.sequence < $1.sequence }
      return (look.decision.chosen ?? newest).map { Reference(superblock: $0) }
    }
    if let only = survey.onlyFile { return Reference(superblock: only) }
    guard survey.sightings.isEmpty, let supplied = options.supplied, case .failure(.notFound) = look.decision.outcome
    else { return nil }
    let assumption = AssumedSuperblock.derive(from: storage, supplied)
    return Reference(superblock: assumption.superblock, assumption: assumption)
  }

  /// Whether the superblock was updated since it was looked at.
  private func hasMoved(since look: SuperblockLook) -> Bool {
    let now = SuperblockLook(storage, isLive: options.isLive).decision
    guard let one = look.decision.chosen, let other = now.chosen else { return now.states != look.decision.states }
    return one.checksum != other.checksum
  }

  private mutating func conclude(
    _ results: ScanWork.Results, _ subject: Subject, _ judged: inout Judged
  ) -> (report: VerificationReport, hasChanged: Bool) {
    let rest = remainder(subject, results.progress)
    for part in PartTallies.Part.allCases {
      tally.add(results.tallies[part])
      log.add(results.tallies[part].findings)
    }
    accountForRest(subject.superblock, rest)
    GridFindings(subject.ground).addCheckpoint(to: &log)
    var isWhole = rest.parts.isEmpty
    judged.grid = GridSummary(subject.ground, byteCount: byteCount)
    judged.isGridWhole = true
    if options.scope.contains(.grid) {
      let isRead = results.progress.nextBlock > subject.ground.blockCount
      judged.isGridWhole = judgeGrid(results, subject, isRead: isRead, &judged) && isRead
      isWhole = isWhole && judged.isGridWhole
    }
    noteUnreadable()
    let hasChanged =
      !options.isLive && (results.sawChange || log.hasConcern && hasMoved(since: subject.look))
    if hasChanged, options.budget.stop != nil { noteChanging() }
    if options.isUnsteady { noteUnsteady() }
    if options.isLive { noteLive(subject) }
    if !isWhole { noteIncomplete(rest) }
    var report = report(subject.look.decision, subject, judged)
    report.unchecked = rest.parts
    report.stop = isWhole ? nil : options.budget.stop ?? .interrupted
    if !isWhole && options.keepsRest && subject.assumption == nil { report.rest = self.rest(results, subject) }
    return (report, hasChanged && options.budget.stop == nil)
  }

  func report(_ decision: SuperblockDecision, _ subject: Subject?, _ judged: Judged) -> VerificationReport {
    let start = options.isUnsteady ? .notJudged : start(decision, judged, subject?.ground)
    let counts = log.counts
    var report = VerificationReport(
      verdict: Verdict(start: start, codes: log.exitCodes, scope: options.scope), findings: log.findings,
      counts: counts, bytes: tally.bytes, byteCount: byteCount, superblockDecision: decision,
      superblock: subject.flatMap { $0.assumption == nil ? $0.superblock : nil }, journal: judged.journal,
      grid: subject?.assumption == nil ? judged.grid : nil, liveHead: subject?.liveHead)
    report.assumption = subject?.assumption
    report.resumption = resumption
    report.mark = mark
    return report
  }
}
