internal import MKraftFormat

/// Evidence from the headers of both rings, for a look at a log whose entries are too many or too large to be read whole.
extension JournalReader {
  /// What the first unit of a prepare shows of it.
  public struct HeaderEvidence: Sendable {
    /// The prepare is taken for valid if its header is, whether or not its body was seen.
    public let evidence: SlotEvidence
    /// False if a body was taken on trust, because it reaches beyond the first unit.
    public let isBodyVerified: Bool
  }

  /// As `evidence(of:)`, but of each prepare only the first unit is read. Entries that fit into it are verified whole.
  public func evidenceOfHeaders(of slots: Range<Int>) -> [HeaderEvidence] {
    zip(slots, readHeaders(slots)).map { slot, header in
      let (prepare, isBodyVerified) = readPrepareHeader(slot: slot)
      return HeaderEvidence(
        evidence: SlotEvidence(slot: slot, header: header, prepare: prepare), isBodyVerified: isBodyVerified)
    }
  }

  /// As `evidence(of:)`, in the same form.
  public func verifiedEvidence(of slots: Range<Int>) -> [HeaderEvidence] {
    evidence(of: slots).map { HeaderEvidence(evidence: $0, isBodyVerified: true) }
  }

  private func readPrepareHeader(slot: Int) -> (SlotEvidence.PrepareEvidence, isBodyVerified: Bool) {
    let offset = geometry.prepareOffset(slot: slot)
    do {
      let count = try storage.read(Int(geometry.ioUnit), at: offset, into: buffer)
      bytesRead += UInt64(count)
      guard let header = decodedPrepare(slot: slot, available: count), header.kind == .prepare,
        Int(header.size) > Int(geometry.ioUnit)
      else { return (judge(slot: slot, base: 0, available: count), true) }
      let (end, overflow) = offset.addingReportingOverflow(UInt64(header.size))
      guard !overflow, end <= storage.byteCount else { return (.beyondEnd, true) }
      return (.valid(header), false)
    } catch { return (.unreadable(error), true) }
  }

  private func decodedPrepare(slot: Int, available: Int) -> PrepareHeader? {
    guard available >= PrepareHeader.byteCount else { return nil }
    let buffer = buffer
    return try? decode(buffer.bytes, slot: slot)
  }
}
