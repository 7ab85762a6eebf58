internal import MKraftFormat
internal import MKraftStorage

/// Stored replies.
extension RepairDraft {
  /// - Parameter ahead: slots whose replies show that the log had gone further than what is left of it: they are all that shows it.
  mutating func answerReply(_ finding: Finding, unless ahead: Set<Int>) {
    guard finding.zone == .replies, let slot = finding.slot, !ahead.contains(slot) else { return }
    guard finding.kind == .replyLost || finding.kind == .replySlotDamaged else { return }
    guard case .checksum(let expected)? = finding.expected else { return blank(slot, finding) }
    let start = geometry.replyOffset(slot: slot)
    if let header = alone.replyHeader(slot, expected) {
      var action = RepairAction(
        .replyHeaderRebuilt, finding.kind, range: start..<start + UInt64(ReplyHeader.byteCount))
      (action.slot, action.op) = (slot, finding.op)
      return add(action, .bytes(header))
    }
    for (index, donor) in donors.enumerated() {
      guard let size = reply(in: donor, slot, expected) else { continue }
      var action = RepairAction(.replyFromSource, finding.kind, range: start..<start + UInt64(size))
      (action.slot, action.op, action.source) = (slot, finding.op, index)
      return add(action, .file(donor.storage, at: start))
    }
  }

  /// A slot that no session of the checkpoint has. Without the table of sessions nobody knows.
  private mutating func blank(_ slot: Int, _ finding: Finding) {
    guard finding.kind == .replySlotDamaged,
      let records = CheckpointReader(overlay, superblock).parts().sessions, !records.indices.contains(slot)
    else { return }
    let start = geometry.replyOffset(slot: slot)
    let header = ReplyHeader.reserved(slot: slot, cluster: superblock.cluster)
    var action = RepairAction(.replyBlanked, finding.kind, range: start..<start + UInt64(ReplyHeader.byteCount))
    action.slot = slot
    add(action, .bytes(Array(header)))
  }

  /// Bytes of the reply in the source, if it is the one that is named.
  private func reply(in donor: RepairDonor, _ slot: Int, _ expected: UInt128) -> Int? {
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    guard let count = try? donor.storage.read(buffer.byteCount, at: geometry.replyOffset(slot: slot), into: buffer),
      count >= ReplyHeader.byteCount, let header = try? ReplyHeader(decoding: buffer.bytes),
      header.checksum == expected, header.cluster == superblock.cluster, Int(header.size) <= count
    else { return nil }
    let body = buffer.bytes.extracting(ReplyHeader.byteCount..<Int(header.size))
    return Checksum.of(body, as: .replyBody) == header.bodyChecksum ? Int(header.size) : nil
  }
}

extension [UInt8] {
  /// The bytes of a stored reply's header.
  init(_ header: ReplyHeader) {
    self.init(repeating: 0, count: ReplyHeader.byteCount)
    var span = mutableSpan
    var bytes = unsafe span.mutableBytes
    header.encode(into: &bytes)
  }

  /// The bytes of an entry's header.
  init(_ header: PrepareHeader) {
    self.init(repeating: 0, count: PrepareHeader.byteCount)
    var span = mutableSpan
    var bytes = unsafe span.mutableBytes
    header.encode(into: &bytes)
  }
}
