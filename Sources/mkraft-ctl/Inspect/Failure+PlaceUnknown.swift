internal import MKraftForensics
internal import MKraftOutput

extension Failure {
  /// Why an item cannot be looked at: what is wrong with the superblocks, which tell where everything lies.
  static func placeUnknown(of file: String, _ inspection: SuperblockInspection, _ what: String = "it") -> Failure {
    let finding = inspection.findings.first
    let cause = finding.map { "\($0.kind.meaning) (\($0.kind.name)): \($0.evidence)" } ?? inspection.reason
    return Failure(
      finding?.kind.exitCode ?? .lost, "where \(what) is cannot be told; \(cause)", of: file,
      next: finding?.command(path: file))
  }
}
