internal import MKraftForensics
internal import MKraftOutput

extension Failure {
  /// Why an item cannot be looked at: what is wrong with the superblocks, which tell where everything lies.
  static func placeUnknown(
    of file: String, _ inspection: SuperblockInspection, _ what: String = "it", canBeSupplied: Bool = false
  )
    -> Failure
  {
    let finding = inspection.findings.first
    let cause = finding.map { "\($0.kind.meaning) (\($0.kind.name)): \($0.evidence)" } ?? inspection.reason
    // Nothing can be supplied for a file that is none of ours.
    let hint =
      canBeSupplied && finding?.kind == .superblockNotFound ? " (--geometry or --like can supply it)" : ""
    return Failure(
      finding?.kind.exitCode ?? .lost, "where \(what) is cannot be told\(hint); \(cause)", of: file,
      next: finding?.command(path: file))
  }
}
