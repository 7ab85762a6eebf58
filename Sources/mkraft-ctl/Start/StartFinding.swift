internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// A finding in a document of `start`.
struct StartFinding {
  private let finding: Finding

  init(_ finding: Finding) { self.finding = finding }

  /// Writes the members.
  func write(to json: JSONWriter) {
    json.field("finding", finding.kind.name)
    json.field("severity", finding.severity.rawValue)
    json.field("zone", finding.zone?.name)
    json.field("copy", finding.copy)
    json.field("op", finding.op)
    json.field("slot", finding.slot)
    json.field("offset", finding.range?.lowerBound)
    json.field("byte_count", finding.range.map { $0.upperBound - $0.lowerBound })
    json.field("expected", finding.expected?.description)
    json.field("actual", finding.actual?.description)
    json.field("evidence", finding.evidence)
    json.field("likely_cause", finding.likelyCause)
  }
}
