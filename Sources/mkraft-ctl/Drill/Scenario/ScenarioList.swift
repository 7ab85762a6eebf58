internal import MKraftForensics
internal import MKraftOutput

/// `drill --list`: the table of scenarios.
enum ScenarioList {
  static let schema = JSONSchema("mkraft-ctl-drill-list", version: 1)

  static func render(on console: Console) {
    console.render(schema) { json in
      json.array("scenarios") {
        for scenario in DrillScenario.allCases {
          json.object {
            json.field("scenario", scenario.name)
            json.field("what", scenario.words)
            json.array("outcomes") { for outcome in scenario.outcomes { write(outcome, to: json) } }
          }
        }
      }
      json.field("exit", ExitCode.sound)
    } text: { page in
      page.heading("scenarios")
      for scenario in DrillScenario.allCases {
        page.field(scenario.name, scenario.words)
        for outcome in scenario.outcomes {
          page.field("", "\(outcome.finding.name) (\(outcome.verdict.number)): \(outcome.remedy.words)", .dim)
        }
      }
    }
  }

  private static func write(_ outcome: DrillScenario.Outcome, to json: JSONWriter) {
    json.object {
      json.field("finding", outcome.finding.name)
      json.field("verdict", Int(outcome.verdict.number))
      json.field("remedy", outcome.remedy.rawValue)
      json.field("remedy_words", outcome.remedy.words)
    }
  }
}
