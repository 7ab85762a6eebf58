internal import MKraftForensics
internal import MKraftOutput

/// How a scenario came out.
struct ScenarioResult {
  enum Status: String, CaseIterable {
    /// As its row in the table says.
    case asExpected = "as-expected"
    /// Otherwise.
    case unexpected
    /// Something acknowledged was lost, and nobody had named it.
    case lost
    /// It was diagnosed, repaired and taken back; its row speaks of a replica alone, and this is one of several.
    case notJudged = "not-judged"
    /// The file has nothing that could be damaged so.
    case notApplicable = "not-applicable"
  }

  /// Findings named; more are counted.
  static let findingsMax = 8

  let scenario: DrillScenario
  /// What was done and where; or why it cannot be had.
  var what = ""
  var isApplicable = true
  var verdict: ExitCode?
  var start: String?
  /// All kinds found, and the first findings, worst first.
  var kinds: [FindingKind] = []
  var findings: [Finding] = []
  var findingCount = 0
  var remedy: DrillRemedy?
  /// Of a new file that was made: whether the damaged one was enough (`file`), or an older copy was needed (`backup`).
  var recoveredFrom: DrillRemedy?
  /// Changes that the repair made, and bytes that they wrote.
  var actionCount = 0
  var byteCount: UInt64 = 0
  /// What the repair wrote, marks and all.
  var repaired: [Range<UInt64>] = []
  /// Whether the repair was taken back, and every byte of the file was then as it had been; nil without a repair.
  var isUndone: Bool?
  /// Whether a replica was started on the result.
  var isStarted = false
  /// Acknowledged things that it did not answer as before.
  var lost: [String] = []
  /// What is missing or would be lost, of which the tool says so: a human must decide.
  var named: [String] = []
  /// Whether it was compared with its row in the table.
  var isJudged = false
  /// Why it did not come out as it must.
  var reason: String?
  var seconds = Duration.zero
  var phases: [ScenarioPhase: Duration] = [:]

  init(_ scenario: DrillScenario) { self.scenario = scenario }

  var status: Status {
    guard isApplicable else { return .notApplicable }
    if !lost.isEmpty { return .lost }
    guard reason == nil else { return .unexpected }
    return isJudged ? .asExpected : .notJudged
  }
}

/// The parts of a scenario whose time is taken.
enum ScenarioPhase: String, CaseIterable {
  case inject, diagnose, repair, undo, start, compare, restore
}
