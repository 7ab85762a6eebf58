internal import MKraftFormat
public import MKraftReplica
public import MKraftStorage

/// What a replica that starts on a file heals there by itself, or passes over after an unclean stop.
public struct HealingFindings: Sendable {
  /// At most as many as were asked for, worst first.
  public let findings: [Finding]
  /// In all.
  public let count: Int

  /// Looks again at the slots that the opening decided to change, and at nothing else. At most `limit` of them are read.
  public init(_ opening: Opening, on storage: any Storage, limit: Int) {
    var log = FindingLog(limit: limit)
    log.add(SuperblockFindings.of(opening.survey, opening.superblockDecision))
    let touched = opening.journal.slots.indices.filter { opening.journal.slots[$0].disposition.isTouched }
    let reader = JournalReader(ofSlotsApart: storage, geometry: opening.geometry, cluster: opening.superblock.cluster)
    var evidence: [Int: SlotEvidence] = [:]
    for slot in touched.prefix(limit) { evidence[slot] = reader.evidence(of: slot..<slot + 1).first }
    let copyOp = opening.superblockDecision.provenOp
    LogFindings(opening.superblock, opening.journal, evidence: evidence, namedByChild: [:], copyOp: copyOp)
      .add(to: &log)
    HealingFindings.addReplies(opening, storage, limit: limit, to: &log)
    findings = log.findings
    count = log.counts.reduce(0) { $0 + $1.count }
  }

  /// Replies that executing the log makes again.
  private static func addReplies(
    _ opening: Opening, _ storage: any Storage, limit: Int, to log: inout FindingLog
  ) {
    let superblock = opening.superblock
    let missing = opening.replies.missing
    guard !missing.isEmpty else { return }
    let reader = ReplyReader(storage, superblock, IOBuffer(byteCount: Int(opening.geometry.messageSize)), rereads: 0)
    var tally = PieceTally()
    let sights = missing.prefix(limit).flatMap { reader.look(at: $0..<$0 + 1, &tally).sights }
    let headers = LogHeaders(storage, superblock, head: opening.journal.head.op)
    let forecast = ReplyForecast(superblock, opening.checkpoint.sessions, entry: headers.header)
    ReplyFindings(
      superblock, opening.checkpoint.sessions, forecast, reached: opening.journal.head.op, isForecastWhole: true
    )
    .add(sights, to: &log)
  }
}

extension SlotVerdict.Disposition {
  /// Whether the replica writes to the slot's header, or leaves a prepare there to be overwritten.
  fileprivate var isTouched: Bool {
    switch self {
    case .fixed, .vacated, .cut: true
    case .kept, .blank, .faulty: false
    }
  }
}
