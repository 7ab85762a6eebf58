internal import MKraftForensics
internal import MKraftOutput

extension ScenarioReport {
  static let members: [Shape.Member] =
    [
      .init("seed", .decimal), .init("path", .nullable(.string)), .init("file_size", .decimal),
      .init("identity", .identity), .init("can_start", .boolean), .init("keys", .nullable(.decimal)),
      .init("sessions_asked", .nullable(.integer)), .init("sessions_not_asked", .nullable(.integer)),
    ] + ScenarioResult.Status.allCases.map { .init($0.member, .integer) } + [
      .init("scenarios", .array(scenario)), .init("seconds", .number), .init("reason", .nullable(.string)),
      .init("scratch", .nullable(.string)), .init("exit", .exit),
    ]

  private static let scenario = Shape.object([
    .init("scenario", scenarioName), .init("result", .choice(ScenarioResult.Status.allCases.map(\.rawValue))),
    .init("what", .string), .init("verdict", .nullable(.integer)), .init("start", .nullable(.string)),
    .init("finding_count", .integer), .init("kinds", .array(Shape.findingName)),
    .init("findings", .array(.object([.init("name", Shape.findingName), .init("place", .string)]))),
    .init("remedy", .nullable(remedy)), .init("recovered_from", .nullable(remedy)), .init("action_count", .integer),
    .init("bytes_repaired", .decimal),
    .init("undone", .nullable(.boolean)), .init("started", .boolean), .init("lost", .array(.string)),
    .init("undecided", .array(.string)), .init("reason", .nullable(.string)), .init("seconds", .number),
    .init("phase_seconds", .object(ScenarioPhase.allCases.map { .init($0.rawValue, .number) })),
  ])

  static let scenarioName = Shape.choice(DrillScenario.allCases.map(\.name))
  static let remedy = Shape.choice(DrillRemedy.allCases.map(\.rawValue))
}

extension ScenarioList {
  static let members: [Shape.Member] = [
    .init(
      "scenarios",
      .array(
        .object([
          .init("scenario", ScenarioReport.scenarioName), .init("what", .string),
          .init(
            "outcomes",
            .array(
              .object([
                .init("finding", Shape.findingName), .init("verdict", .integer),
                .init("remedy", ScenarioReport.remedy), .init("remedy_words", .string),
              ]))),
        ]))), .init("exit", .exit),
  ]
}
