public import MKraftFormat
internal import MKraftStorage

/// What a slot of the reply zone is there for, and what stands in it.
public struct ReplyExplanation: Sendable {
  public let slot: Int
  /// The session of the checkpoint's table that owns it; nil if none does, or if the table cannot be read.
  public let record: SessionRecord?
  public let isTableReadable: Bool
  /// What stands there, if it and its body are right.
  public let header: ReplyHeader?
  /// What is wrong with it by itself.
  public let defect: String?

  static func read(_ storage: any Storage, _ superblock: Superblock, _ slot: Int) -> ReplyExplanation {
    let sessions = CheckpointReader(storage, superblock).parts().sessions
    let buffer = IOBuffer(byteCount: Int(superblock.geometry.messageSize))
    var tally = PieceTally()
    // A replica may be writing it.
    let reader = ReplyReader(storage, superblock, buffer, rereads: ScanWork.rereadsMax)
    let sight = reader.look(at: slot..<slot + 1, &tally).sights.first
    var header: ReplyHeader?
    if case .whole(let found) = sight?.contents { header = found }
    return ReplyExplanation(
      slot: slot, record: sessions.flatMap { $0.indices.contains(slot) ? $0[slot] : nil },
      isTableReadable: sessions != nil, header: header, defect: sight?.trouble)
  }

  /// The reasons, one after the other, each a sentence without its stop.
  public var reasons: [String] { [owner, standing, comparison].compactMap { $0 } }

  private var owner: String {
    guard isTableReadable else {
      return "the checkpoint's table of sessions cannot be read: whose slot this is is not known"
    }
    guard let record else { return "no session of the checkpoint has this slot" }
    return "client \(record.client.hex) has this slot: the reply to its request \(record.request), of op \(record.op)"
  }

  private var standing: String {
    guard let header else { return "what stands there is no right reply: \(defect ?? "")" }
    guard header.kind == .reply else {
      return record == nil
        ? "the slot has never held a reply"
        : "the slot is blank, as recovery leaves it for a reply that executing the log makes again"
    }
    return "the reply to request \(header.request) of client \(header.client.hex), of op \(header.op), stands there"
  }

  private var comparison: String? {
    guard let record, let header, header.kind == .reply else { return nil }
    if header.checksum == record.replyChecksum { return "it is the reply that the checkpoint names" }
    return "the checkpoint names another; it is sound if an entry after the checkpoint made it"
  }
}
