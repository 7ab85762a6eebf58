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
    let reader = JournalReader(storage, geometry: opening.geometry, cluster: opening.superblock.cluster)
    var evidence: [Int: SlotEvidence] = [:]
    for slot in touched.prefix(limit) { evidence[slot] = reader.evidence(of: slot..<slot + 1).first }
    LogFindings(opening.superblock, opening.journal, evidence: evidence, namedByChild: [:]).add(to: &log)
    findings = log.findings
    count = log.counts.reduce(0) { $0 + $1.count }
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
