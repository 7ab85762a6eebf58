internal import MKraftFormat
internal import MKraftOutput

extension Finding {
  /// What the mark of a repair says: it was begun, and is not finished.
  init(of mark: RepairMark) {
    self.init(
      .repairInProgress, range: mark.offset..<mark.offset + UInt64(RepairMark.byteCount), actual: .checksum(mark.plan),
      evidence: "the mark at byte \(mark.offset) names the undo log \(Escape.text(mark.path))")
  }
}
