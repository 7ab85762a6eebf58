import MKraftForensics
import MKraftFormat
import MKraftStorage

extension VerificationReport {
  /// All that is concluded, for comparison with another report.
  var conclusions: String {
    let counted = counts.map { "\($0.kind.name) \($0.count)" }.joined(separator: ", ")
    let head = journal.map { "head \($0.head.op) of term \($0.head.term), committed \($0.commitMax)" } ?? "no log"
    let places = findings.map { "\($0)" }.joined(separator: "\n")
    return "\(verdict)\n\(counted)\n\(head)\n\(bytes)\n\(places)"
  }
}
