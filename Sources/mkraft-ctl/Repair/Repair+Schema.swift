internal import MKraftForensics
internal import MKraftOutput

extension PlanDocument {
  /// As `write(to:)` and `PlanPage` write it; a saved plan lacks what follows from where it was saved.
  static let members: [Shape.Member] = [
    .init("path", .string), .init("subject", subject), .init("plan_checksum", .identifier),
    .init("needs_copy", .boolean), .init("allowed", .array(method)),
    .init(
      "sources",
      .array(
        .object([
          .init("role", .choice(RepairSource.Role.allCases.map(\.rawValue))), .init("path", .string),
        ]))), .init("actions", .array(action)), .init("withheld", .array(action)),
    .init("declined", .array(.object([.init("reason", .string), .init("finding", .finding)]))),
    .init("before", .exit), .init("after", .exit), .init("exit", .exit), .optional("saved", .nullable(.string)),
    .optional("next", .nullable(.string)),
  ]

  private static let method = Shape.choice(RepairMethod.allCases.map(\.name))

  private static let subject = Shape.object([
    .init("cluster", .identifier), .init("member", .identifier), .init("file_id", .identifier),
    .init("sequence", .decimal), .init("superblock", .identifier), .init("geometry", Shape.geometry),
    .init("size_before", .decimal), .init("size_after", .decimal),
  ])

  private static let action = Shape.object([
    .init("method", method), .init("finding", Shape.findingName), .init("copy", .nullable(.integer)),
    .init("slot", .nullable(.integer)), .init("op", .nullable(.decimal)), .init("block", .nullable(.decimal)),
    .init("offset", .decimal), .init("byte_count", .decimal), .init("old_checksum", .nullable(.identifier)),
    .init("new_checksum", .nullable(.identifier)), .init("source", .nullable(.integer)),
    .init("risk", .choice(RepairMethod.Risk.allCases.map(\.rawValue))), .init("rule", .string), .init("why", .string),
  ])
}

extension RepairReport {
  static let members: [Shape.Member] =
    [
      .init("path", .string),
      .init(
        "outcome",
        .choice(["applied", "copied", "copied-unchanged", "resumed", "taken-back", "undone", "unchanged"])),
      .init("changed", .boolean), .init("undo_log", .nullable(.string)),
      .init("plan_checksum", .nullable(.identifier)), .init("action_count", .nullable(.integer)),
    ] + .verification + [.init("undo", .nullable(.string)), .init("expected_exit", .nullable(.exit))]
}

extension RepairVerifyCommand {
  static let members: [Shape.Member] =
    [
      .init("path", .string), .init("plan", .string),
      .init("state", .choice(["done", "not-done", "partly", "neither", "no-changes"])), .init("done", .integer),
      .init("not_done", .integer), .init("other", .integer),
    ] + .verification
}
