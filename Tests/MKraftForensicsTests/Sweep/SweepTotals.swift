import MKraftForensics

/// What a sweep comes to.
struct SweepTotals {
  var cases = 0
  /// Cases of which a repair was planned, to compare its code with.
  var plans = 0
  var found = 0
  var located = 0
  /// Found, but at another item than the damaged one.
  private var inexact: [String] = []
  var undetectable: [Coverage.Unseen: Int] = [:]
  /// Missed, and false alarms: there must be none.
  var failures: [String] = []
  private var falseAlarms = 0

  mutating func add(_ strike: Strike, _ verdict: SweepJudge.Verdict) {
    cases += 1
    switch verdict {
    case .located:
      found += 1
      located += 1
    case .found:
      found += 1
      inexact.append("\(strike)")
    case .undetectable(let reason): undetectable[reason, default: 0] += 1
    case .missed(let item): failures.append("missed in \(item): \(strike)")
    case .falseAlarm(let finding):
      falseAlarms += 1
      failures.append("false alarm \(finding.kind.name) at \(finding.place): \(strike)")
    }
  }

  func lines(_ title: String) -> String {
    let reasons = Coverage.Unseen.allCases.compactMap { reason in
      undetectable[reason].map { "sweep:   undetectable, \(reason.rawValue): \($0)" }
    }
    let unseen = undetectable.values.reduce(0, +)
    let head =
      "sweep: \(title): \(cases) cases, \(found) found, \(located) of them located exactly, \(unseen) undetectable, "
      + "\(cases - found - unseen - falseAlarms) missed, \(falseAlarms) false alarms; "
      + "\(plans) planned for"
    return ([head] + reasons + inexact.prefix(5).map { "sweep:   not exactly: \($0)" }).joined(separator: "\n")
  }
}
