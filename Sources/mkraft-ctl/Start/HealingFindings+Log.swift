internal import MKraftForensics
internal import MKraftOutput

extension HealingFindings {
  /// Writes to standard error, one line each, what the replica heals by itself.
  func log(of file: String, on console: Console) {
    for finding in findings { console.diagnostics.warning(finding.healingLine, of: file) }
    if count > findings.count { console.diagnostics.warning("and \(count - findings.count) more of these", of: file) }
  }
}

extension Finding {
  /// The finding's name and where it is.
  var titleAndPlace: String { place.isEmpty ? kind.name : "\(kind.name) (\(place))" }

  fileprivate var healingLine: String {
    var parts = [titleAndPlace, kind.meaning]
    if let actual { parts.append("was \(actual)") }
    if let expected { parts.append("becomes \(expected)") }
    parts.append(evidence)
    return parts.joined(separator: "; ")
  }
}
