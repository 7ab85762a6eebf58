internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// What there is to say of the stored replies: what stands in each slot, against the checkpoint's table of sessions and what the
/// log makes of it (rule R21).
struct ReplyFindings {
  private let superblock: Superblock
  /// The checkpoint's sessions; nil if they cannot be read.
  private let records: [SessionRecord]?
  /// Nil if the log was left out.
  private let forecast: ReplyForecast?
  /// The last op that the log is known to have reached, whether it is all there or not; nil if the log was not read whole, or is
  /// that of a file in use.
  private let reached: UInt64?
  /// Whether the forecast goes to the log's end: nothing in the log is missing.
  private let isForecastWhole: Bool

  init(
    _ superblock: Superblock, _ records: [SessionRecord]?, _ forecast: ReplyForecast?, reached: UInt64?,
    isForecastWhole: Bool
  ) {
    self.superblock = superblock
    self.records = records
    self.forecast = forecast
    self.reached = reached
    self.isForecastWhole = isForecastWhole
  }

  func add(_ sights: [ReplySight], to log: inout FindingLog) {
    for sight in sights {
      if aheadOp(sight) != nil { log.add(make(.replyAhead, sight, record(of: sight.slot))) }
      if let found = finding(sight) { log.add(found) }
    }
  }

  /// Replies that are later than the log, for somebody who has read the log and nothing else; with the latest of them, as a replica
  /// looks for it when it starts. Nil if there is none.
  /// - Parameter reached: the last op that the log is known to have reached.
  static func ahead(
    of reached: UInt64, in storage: any Storage, _ superblock: Superblock
  ) -> (newest: StoredReply.Newest, findings: [Finding])? {
    let geometry = superblock.geometry
    let newest = StoredReply.newest(in: storage, geometry, cluster: superblock.cluster)
    guard let newest, newest.op > reached else { return nil }
    // Only now is the table asked who has the slots: it costs reads of the grid.
    let records = CheckpointReader(storage, superblock).parts().sessions
    let reader = ReplyReader(storage, superblock, IOBuffer(byteCount: Int(geometry.messageSize)), rereads: 0)
    var tally = PieceTally()
    let sights = reader.look(at: 0..<Int(geometry.sessions), &tally).sights
    let found = ReplyFindings(superblock, records, nil, reached: reached, isForecastWhole: false)
    let ahead = sights.filter { found.aheadOp($0) != nil }
    return (newest, ahead.map { found.make(.replyAhead, $0, found.record(of: $0.slot)) })
  }

  /// Whether any shows that superblock and log are older than it.
  func hasAhead(_ sights: [ReplySight]) -> Bool { sights.contains { aheadOp($0) != nil } }

  /// The op of a reply that is later than the log's end. Its header is enough: it was sealed when the reply was made.
  private func aheadOp(_ sight: ReplySight) -> UInt64? {
    guard let reached, let header = sight.header, header.kind == .reply, header.op > reached else { return nil }
    return header.op
  }

  /// The slots of replies that a replica would not start without.
  func lost(_ sights: [ReplySight]) -> [Int] { sights.filter { finding($0)?.kind == .replyLost }.map(\.slot) }

  private func record(of slot: Int) -> SessionRecord? {
    records.flatMap { $0.indices.contains(slot) ? $0[slot] : nil }
  }

  /// What the slot is for the table of sessions.
  private func finding(_ sight: ReplySight) -> Finding? {
    guard !ReplyFindings.isAsRecorded(sight, records, superblock.geometry) else { return nil }
    let record = record(of: sight.slot)
    // That the file was cut is said once.
    if case .beyondEnd = sight.contents, record == nil { return nil }
    let next = forecast?.next(sight.slot, of: record)
    if case .whole(let header) = sight.contents {
      // A slot as format made it is no damage: so recovery leaves those whose replies the log makes again.
      let isRemade = forecast?.remakes(sight.slot, of: record) == true
      if header.kind == .replyReserved, record == nil || isRemade { return nil }
      if header.kind == .reply, next == ReplyForecast.Answer(header) { return nil }
      // A reply of an op that the log is not known to hold, and nobody to ask.
      if records == nil || forecast == nil || !isForecastWhole && record == nil { return nil }
    }
    let kind = kind(sight, record, next)
    // That there was a later state is said already.
    return kind != .replyLost && aheadOp(sight) != nil ? nil : make(kind, sight, record)
  }

  /// Whether the slot is as the checkpoint's table has it; nothing needs to be said of it then.
  static func isAsRecorded(_ sight: ReplySight, _ records: [SessionRecord]?, _ geometry: Geometry) -> Bool {
    guard let records else { return false }
    if records.indices.contains(sight.slot) { return holds(sight, records[sight.slot], geometry) }
    guard case .whole(let header) = sight.contents else { return false }
    return header.kind == .replyReserved
  }

  /// Whether the slot holds the reply that the record names; as a replica reads it.
  private static func holds(_ sight: ReplySight, _ record: SessionRecord, _ geometry: Geometry) -> Bool {
    guard case .whole(let header) = sight.contents, header.kind == .reply else { return false }
    return record.names(header) && Int(header.size) <= geometry.bytesOnDisk(size: Int(record.replySize))
  }

  private func kind(_ sight: ReplySight, _ record: SessionRecord?, _ next: ReplyForecast.Answer?) -> FindingKind {
    if let record, let forecast, !forecast.remakes(sight.slot, of: record) { return .replyLost }
    return next != nil && mayBeTorn(sight) ? .replyTorn : .replySlotDamaged
  }

  /// A write that a power cut interrupts leaves atoms old or new: neither errors of the device nor zeros where something stood.
  private func mayBeTorn(_ sight: ReplySight) -> Bool {
    switch sight.contents {
    case .damaged(.allZero), .damaged(.violates), .whole, .unreadable, .beyondEnd: false
    case .damaged, .bodyMismatch: true
    }
  }

  private func make(_ kind: FindingKind, _ sight: ReplySight, _ record: SessionRecord?) -> Finding {
    let start = superblock.geometry.replyOffset(slot: sight.slot)
    let size = UInt64(record?.replySize ?? UInt32(ReplyHeader.byteCount))
    var finding = Finding(
      kind, zone: .replies, slot: sight.slot, op: kind == .replyAhead ? aheadOp(sight) : record?.op,
      range: start..<start + size,
      evidence: words(sight, record) + reason(kind, record), cause: kind == .replyAhead ? nil : sight.likelyCause)
    if let record { finding.expected = .checksum(record.replyChecksum) }
    switch sight.contents {
    case .whole(let header) where header.checksum == record?.replyChecksum:
      finding.actual = .text(Invariant.replySession.name)
    case .whole(let header): finding.actual = .checksum(header.checksum)
    case .damaged(.checksumMismatch(_, let computed)): finding.actual = .checksum(computed)
    // If the header is the expected one, what is wrong is the body.
    case .bodyMismatch(let header) where header.checksum != record?.replyChecksum:
      finding.actual = .checksum(header.checksum)
    case .damaged, .bodyMismatch, .unreadable, .beyondEnd: break
    }
    return finding
  }

  private func words(_ sight: ReplySight, _ record: SessionRecord?) -> String {
    if let trouble = sight.trouble { return trouble }
    guard case .whole(let header) = sight.contents, header.kind == .reply else { return "no reply stands there" }
    if header.checksum == record?.replyChecksum {
      return "the reply that the table names stands there, and \(Invariant.replySession.name) is broken: it speaks of "
        + "another session or request than the table does"
    }
    return "the reply of op \(header.op) stands there" + (record == nil ? ", and no session has this slot" : "")
  }

  private func reason(_ kind: FindingKind, _ record: SessionRecord?) -> String {
    let named =
      record.map { "; the checkpoint's table names the reply of op \($0.op) to client \($0.client.hex)" } ?? ""
    if kind == .replyAhead, let reached { return named + "; the log is known to reach op \(reached)" }
    guard let forecast else { return named + "; the log was not asked whether it makes it again" }
    let next = superblock.checkpoint.op + UInt64(superblock.geometry.checkpointInterval)
    switch kind {
    case .replyLost:
      return named + (isForecastWhole ? ", and the log" : ", and the log, as far as it is whole,")
        + " does not go on with it"
    case .replyTorn: return named + "; the checkpoint of op \(next), which puts another there, was being written"
    default:
      guard record != nil else { return "; no session of the checkpoint has this slot" }
      return named
        + (forecast.atNextCheckpoint == nil
          ? "; the log makes another, which was not being written yet" : "; the log makes another")
    }
  }
}
