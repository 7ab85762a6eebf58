public import MKraftFormat
internal import MKraftOutput
public import MKraftStorage

/// A whole log, read without writing: where it starts and ends, and what a replica alone makes of every slot.
///
/// The decision needs every slot before the first can be shown, and rows may be many. So the rings are read twice: once
/// to decide, when a few bytes a slot are kept, and once to show, when only headers are read. Whoever is to be shown one slot
/// only names it before, so that no more is kept than it takes.
public struct LogInspection: Sendable {
  /// Passes over a file in use until two looks at its superblock agree.
  public static let passesMax = 3
  /// Most findings kept.
  public static let findingLimit = 1000

  /// How much of the rings is read.
  public enum Depth: String, Sendable {
    /// Headers of both rings. Bodies that reach beyond the first unit of their prepare are taken on trust.
    case headers
    /// Everything.
    case bodies
  }

  /// Why there is no log to show.
  public enum Refusal: Error, Sendable, Equatable {
    /// No superblock copy is right by itself, so that nobody knows where the rings are.
    case noSuperblock(SuperblockDecision.Refusal)
  }

  public let source: LogSource
  public let depth: Depth
  public let decision: JournalDecision
  /// Prepares whose bodies were taken on trust.
  public let unverifiedBodies: Int
  /// Prepares whose bodies were read and are right.
  public let verifiedBodies: Int
  /// Bytes taken from the file for the decision.
  public let bytesRead: UInt64
  /// The highest op that is judged, of a file in use; what lies above is in motion.
  public let liveHead: UInt64?
  /// Whether the superblock stayed as it was while the log was read.
  public internal(set) var isSteady = true
  /// Of an image whose parts are not of one superblock.
  var isUnsteady = false
  /// The mark of a repair that is not finished, with which no replica opens the file whatever its log is.
  public let mark: RepairMark?
  /// The latest reply that is stored, if its op is later than all that the log is known to have reached: superblock and log are older
  /// than it, and no replica opens the file. Not looked for in a file in use, nor by a superblock that no replica would choose.
  public let replyAhead: StoredReply.Newest?
  /// What `SuperblockDecision.provenOp` says; 0 of a file in use.
  let copyOp: UInt64
  private let log: FindingLog
  let notes: LogNotes

  /// What is to be said of superblocks and log, the worst first.
  public var findings: [Finding] {
    var log = log
    // What was found while the file moved on may be what it moved on from.
    if !isSteady || isUnsteady { log.removeAll { $0.exitCode != .sound } }
    if let liveHead {
      log.add(Finding(.liveFile, op: liveHead, evidence: "its lock is held, or it changed while it was read"))
    }
    if isUnsteady {
      log.add(.ofUnsteadyImage)
    } else if !isSteady {
      log.add(
        Finding(.fileChanging, evidence: "the superblock changed during each of \(LogInspection.passesMax) passes"))
    }
    return log.findings
  }

  /// Whether a replica alone refuses to start on the file, as far as superblocks, log, the latest reply and the mark of a repair tell.
  public var isStartRefused: Bool { !decision.serves || !source.isChosen || mark != nil || replyAhead != nil }

  public var superblock: Superblock { source.superblock }
  public var geometry: Geometry { superblock.geometry }

  /// The first op that the rings hold.
  public var firstOp: UInt64 { superblock.checkpoint.op + 1 }
  /// The last op that the rings have room for.
  public var lastOp: UInt64 { geometry.lastOp(after: superblock.checkpoint.op) }
  /// The op whose checkpoint comes next.
  public var nextCheckpointOp: UInt64 { superblock.checkpoint.op + UInt64(geometry.checkpointInterval) }
  /// Ops that clients may still add before they must wait for a checkpoint.
  public var opsBeforeBackPressure: UInt64 {
    let limit = geometry.lastClientOp(after: superblock.checkpoint.op)
    return limit > decision.head.op ? limit - decision.head.op : 0
  }

  /// Reads the superblocks and the rings behind them, and decides. Of a file in use it judges what was in place when the look
  /// began; if the superblock changes meanwhile it begins again, up to `passesMax` times.
  /// - Parameters:
  ///   - isLive: whether a replica runs on the file.
  ///   - isUnsteady: of an image whose parts are not of one superblock: what contradicts is no finding about the file.
  ///   - supplied: for a file in which no superblock stands.
  ///   - onlySlot: the one slot that will be shown, by `row(ofSlot:of:)`; nil for all of them.
  ///   - progress: called with the bytes of the file that were taken so far.
  public static func read(
    _ storage: any Storage, depth: Depth, isLive: Bool = false, isUnsteady: Bool = false,
    supplied: SuppliedGeometry? = nil, onlySlot: Int? = nil, progress: (UInt64) -> Void = { _ in }
  ) throws(Refusal) -> LogInspection {
    var isLive = isLive
    for pass in 1...passesMax {
      let look = SuperblockLook(storage, isLive: isLive)
      let (survey, decision) = (look.survey, look.decision)
      guard let source = LogSource.find(storage, survey, supplied) else {
        guard case .failure(let refusal) = decision.outcome else {
          preconditionFailure("a superblock that is chosen is a source")
        }
        throw .noSuperblock(refusal)
      }
      var superblocks = look.findings
      if case .failure(.notFound) = decision.outcome {
        superblocks.append(SuperblockInspection.absence(storage, survey, storage.byteCount))
      }
      var read = read(
        storage, source, decision, superblocks, depth: depth, isLive: isLive, onlySlot: onlySlot, progress: progress)
      let now = SuperblockLook(storage, isLive: isLive).decision.chosen?.checksum
      read.isSteady = now == decision.chosen?.checksum
      read.isUnsteady = isUnsteady
      if read.isSteady || pass == passesMax { return read }
      isLive = true
    }
    preconditionFailure("the last pass returns")
  }

  private static func read(
    _ storage: any Storage, _ source: LogSource, _ opening: SuperblockDecision, _ superblocks: [Finding], depth: Depth,
    isLive: Bool, onlySlot: Int?, progress: (UInt64) -> Void
  ) -> LogInspection {
    let superblock = source.superblock
    let geometry = superblock.geometry
    let liveHead = isLive ? LiveHead.find(storage, superblock) : nil
    let reader = JournalReader(storage, geometry: geometry, cluster: superblock.cluster)
    var intake = LogIntake(superblock, opening, liveHead: liveHead)
    var notes = notes(of: onlySlot, geometry)
    var counts = (verified: 0, unverified: 0)
    for (sequence, slots) in batches(after: superblock.checkpoint.op, geometry, of: reader.batchLimit).enumerated() {
      let found = reader.look(at: slots, depth)
      for one in found {
        let body = one.evidence.body(isVerified: one.isBodyVerified)
        notes[one.evidence.slot] = LogNotes.Note(fingerprint: one.evidence.fingerprint, body: body)
        if body == .verified { counts.verified += 1 } else if body == .unverified { counts.unverified += 1 }
      }
      intake.take(found.map { .slot($0.evidence) }, sequence: sequence)
      progress(reader.bytesRead)
    }
    let (evidence, namedByChild, copyOp) = (intake.evidence, intake.namedByChild, intake.copyOp)
    let decision = intake.finish()
    let mark = RepairMarkScan.find(storage, geometry)
    var log = FindingLog(limit: findingLimit)
    log.add(superblocks)
    if let mark {
      log.add(Finding(of: mark))
    } else {
      log.alone = FileAlone(storage, opening)
    }
    LogFindings(superblock, decision, evidence: evidence, namedByChild: namedByChild, copyOp: copyOp).add(to: &log)
    let reached = max(decision.head.op, decision.provenOp)
    // Copies that contradict each other may be of two files: then nobody knows whose replies these are.
    let isJudged = !isLive && source.isChosen
    let ahead = isJudged ? ReplyFindings.ahead(of: reached, in: storage, superblock) : nil
    log.add(ahead?.findings ?? [])
    return LogInspection(
      source: source, depth: depth, decision: decision, unverifiedBodies: counts.unverified,
      verifiedBodies: counts.verified, bytesRead: reader.bytesRead, liveHead: liveHead, mark: mark,
      replyAhead: ahead?.newest, copyOp: copyOp, log: log, notes: notes)
  }

  /// Of one slot it takes the one before it too, whose entry its own has to follow.
  private static func notes(of slot: Int?, _ geometry: Geometry) -> LogNotes {
    let slotCount = Int(geometry.slotCount)
    guard let slot, (0..<slotCount).contains(slot), slotCount > 1 else {
      return LogNotes(from: 0, count: slotCount, slotCount: slotCount)
    }
    return LogNotes(from: slot == 0 ? slotCount - 1 : slot - 1, count: 2, slotCount: slotCount)
  }

  /// The slots of both rings in op order from the checkpoint on, in runs of neighbours: the ring wraps once.
  static func batches(after checkpoint: UInt64, _ geometry: Geometry, of limit: Int) -> [Range<Int>] {
    let slotCount = Int(geometry.slotCount)
    let first = geometry.slot(of: checkpoint + 1)
    func split(_ slots: Range<Int>) -> [Range<Int>] {
      stride(from: slots.lowerBound, to: slots.upperBound, by: limit).map { $0..<min($0 + limit, slots.upperBound) }
    }
    return split(first..<slotCount) + split(0..<first)
  }
}

extension JournalReader {
  func look(at slots: Range<Int>, _ depth: LogInspection.Depth) -> [HeaderEvidence] {
    depth == .headers ? evidenceOfHeaders(of: slots) : verifiedEvidence(of: slots)
  }
}

extension SlotEvidence {
  func body(isVerified: Bool) -> LogRow.Body {
    switch prepare {
    case .valid(let header):
      if header.kind != .prepare { .none } else { isVerified ? .verified : .unverified }
    case .bodyMismatch: .mismatch
    case .damaged, .unreadable, .beyondEnd: .none
    }
  }

  /// Changes when an entry in either ring does, whatever its body is.
  var fingerprint: UInt64 {
    let header = UInt64(truncatingIfNeeded: validHeader?.checksum ?? 0)
    return switch prepare {
    case .valid(let prepare), .bodyMismatch(let prepare):
      header &* 31 &+ UInt64(truncatingIfNeeded: prepare.checksum)
    case .damaged, .unreadable, .beyondEnd: header
    }
  }
}
