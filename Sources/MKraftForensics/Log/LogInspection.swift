public import MKraftFormat
public import MKraftStorage

/// A whole log, read without writing: where it starts and ends, and what a replica alone makes of every slot.
///
/// The decision needs every slot before the first can be shown, and rows may be many. So the rings are read twice: once
/// to decide, when a few bytes a slot are kept, and once to show, when only headers are read.
public struct LogInspection: Sendable {
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
    /// The checkpoint's op is so high that no op comes after it: no log was ever so long.
    case opsExhausted(checkpoint: UInt64)
  }

  /// What is kept of a slot between the two readings.
  struct Note: Sendable {
    /// The low words of the checksums in both rings, to notice that a slot has changed.
    var fingerprint: UInt64 = 0
    var body = LogRow.Body.none
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
  let notes: [Note]

  public var superblock: Superblock { source.superblock }
  public var geometry: Geometry { superblock.geometry }

  /// The first op that the rings hold.
  public var firstOp: UInt64 { superblock.checkpoint.op + 1 }
  /// The last op that the rings have room for.
  public var lastOp: UInt64 { geometry.lastOp(after: superblock.checkpoint.op) }
  /// Ops that clients may still add before they must wait for a checkpoint.
  public var opsBeforeBackPressure: UInt64 {
    let limit = geometry.lastClientOp(after: superblock.checkpoint.op)
    return limit > decision.head.op ? limit - decision.head.op : 0
  }

  /// Reads the rings behind the superblocks of `survey` and decides.
  /// - Parameter progress: called with the bytes of the file that were taken so far.
  public static func read(
    _ storage: any Storage, survey: SuperblockSurvey, depth: Depth, progress: (UInt64) -> Void = { _ in }
  ) throws(Refusal) -> LogInspection {
    guard let source = LogSource(survey) else {
      guard case .failure(let refusal) = SuperblockDecision(survey).outcome else {
        preconditionFailure("a superblock that is chosen is a source")
      }
      throw .noSuperblock(refusal)
    }
    return try read(storage, source: source, depth: depth, progress: progress)
  }

  /// As above, behind a superblock that was found before.
  public static func read(
    _ storage: any Storage, source: LogSource, depth: Depth, progress: (UInt64) -> Void = { _ in }
  ) throws(Refusal) -> LogInspection {
    let superblock = source.superblock
    let slotCount = Int(superblock.geometry.slotCount)
    guard superblock.checkpoint.op < UInt64.max - UInt64(slotCount) else {
      throw .opsExhausted(checkpoint: superblock.checkpoint.op)
    }
    let reader = JournalReader(storage, geometry: superblock.geometry, cluster: superblock.cluster)
    var recovery = JournalRecovery(superblock)
    var notes = [Note](repeating: Note(), count: slotCount)
    var counts = (verified: 0, unverified: 0)
    while let slot = recovery.nextSlot {
      for found in reader.look(at: slot..<min(slot + reader.batchLimit, slotCount), depth) {
        // The ring wraps once: the batch that reaches the checkpoint's own slot may hold slots that were taken already.
        guard recovery.nextSlot == found.evidence.slot else { break }
        let body = found.evidence.body(isVerified: found.isBodyVerified)
        notes[found.evidence.slot] = Note(fingerprint: found.evidence.fingerprint, body: body)
        if body == .verified { counts.verified += 1 } else if body == .unverified { counts.unverified += 1 }
        recovery.add(found.evidence)
      }
      progress(reader.bytesRead)
    }
    return LogInspection(
      source: source, depth: depth, decision: recovery.finish(), unverifiedBodies: counts.unverified,
      verifiedBodies: counts.verified, bytesRead: reader.bytesRead, notes: notes)
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
