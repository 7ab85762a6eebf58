internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// Shapes that several documents have in common, each defined once.
extension Shape {
  static let shared: [(name: String, shape: Shape)] = [
    ("exit", exitMembers), ("identity", identityMembers), ("finding", findingMembers),
  ]

  static let exit = Shape.named("exit")
  static let identity = Shape.named("identity")
  static let finding = Shape.named("finding")

  /// Code, name and meaning belong together.
  private static let exitMembers = Shape.either(
    ExitCode.allCases.map { code in
      .object([
        .init("code", .constant(Int(code.number))), .init("name", .choice([code.name])),
        .init("meaning", .choice([code.meaning])),
      ])
    })

  private static let identityMembers = Shape.object([
    .init("cluster", .identifier), .init("replica", .integer), .init("replica_count", .integer),
    .init("member", .identifier), .init("file_id", .identifier),
  ])

  static let findingName = Shape.choice(FindingKind.allCases.map(\.name))
  static let severity = Shape.choice(Severity.allCases.map(\.rawValue))
  static let zone = Shape.choice(Zone.allCases.map(\.name))

  /// As `JSONWriter.finding` writes it.
  private static let findingMembers = Shape.object([
    .init("name", findingName), .init("severity", severity), .init("exit_code", .integer),
    .init("zone", .nullable(zone)), .init("copy", .nullable(.integer)), .init("slot", .nullable(.integer)),
    .init("op", .nullable(.decimal)), .init("block", .nullable(.decimal)), .init("offset", .nullable(.decimal)),
    .init("byte_count", .nullable(.decimal)), .init("expected", .nullable(.string)),
    .init("actual", .nullable(.string)), .init("evidence", .string), .init("meaning", .string),
    .init("likely_cause", .string), .init("risk", .string), .init("next", .string),
  ])

  /// As `Console.report` writes it.
  static let error = JSONSchema.error.document([
    .init("exit", exit), .init("subject", .nullable(.string)), .init("reason", .string),
    .init("details", .array(.string)), .init("next", .nullable(.string)),
    .init(
      "differences",
      .array(.object([.init("field", .string), .init("found", .string), .init("wanted", .string)]))),
  ])
}

extension [Shape.Member] {
  /// As `JSONWriter.file` writes it.
  static let file: [Shape.Member] = [
    .init("path", .string), .init("file_size", .decimal),
    .init("read_mode", .readMode), .init("locked_by", .nullable(.string)),
  ]
}
