import MKraftForensics
import MKraftOutput
import MKraftStorage

/// How many files got which verdict, and what became of them.
struct VerdictMatrix {
  private enum Column: String, CaseIterable {
    case comesUp = "comes up"
    case refuses
    case stops
    case otherwise
  }

  private var cells: [String: [Column: Int]] = [:]
  private(set) var fileCount = 0
  /// Files of which verdict and reality disagree.
  private(set) var problems: [String] = []

  /// - Parameters:
  ///   - name: of the file, for whoever looks into it.
  ///   - storage: the file.
  mutating func add(
    _ name: String, _ report: VerificationReport, _ outcome: StartedReplica, on storage: MemoryStorage
  ) {
    fileCount += 1
    let problem = Agreement.problem(report, outcome, on: storage)
    let column: Column =
      switch outcome {
      case _ where problem != nil: .otherwise
      case .comesUp: .comesUp
      case .refuses: .refuses
      case .stops, .leavesUnusable: .stops
      case .forgets: .otherwise
      }
    cells["\(report.verdict.exitCode.number) \(report.verdict.start.name)", default: [:]][column, default: 0] += 1
    guard let problem else { return }
    let findings = report.findings.prefix(4).map { "\($0.kind.name) (\($0.place))" }.joined(separator: ", ")
    problems.append("\(name): \(report.verdict.exitCode.number) \(report.verdict.start), but \(problem); \(findings)")
  }

  func lines(_ title: String) -> String {
    let rows = cells.sorted { $0.key < $1.key }.map { verdict, counts in
      let columns = Column.allCases.map { "\($0.rawValue) \(counts[$0] ?? 0)" }.joined(separator: ", ")
      return "verdicts:   \(verdict): \(columns)"
    }
    return (["verdicts: \(title): \(fileCount) files, \(problems.count) off the diagonal"] + rows)
      .joined(separator: "\n")
  }
}
