internal import MKraftForensics
internal import MKraftOutput

extension RecoverPlanDocument {
  /// As `write(to:)` and `RecoverPlanPage` write it; a saved plan lacks what follows from where it was saved.
  static let members: [Shape.Member] = [
    .init("inputs", .array(.string)), .init("sources", .array(source)), .init("new_file", newFile),
    .init("cluster", .identifier), .init("base", .integer), .init("checkpoint_op", .decimal),
    .init("checkpoint_id", .identifier), .init("head_op", .decimal), .init("head_term", .decimal),
    .init("head_checksum", .identifier), .init("proven_op", .decimal), .init("losses", .array(loss)),
    .init("accept_loss", .array(.string)), .init("rejected_checkpoints", .array(rejected)),
    .init("plan_checksum", .identifier), .init("exit", .exit), .optional("saved", .nullable(.string)),
    .optional("redacted_images", .array(.string)), .optional("next", .string),
  ]

  private static let source = Shape.object([
    .init("path", .string), .init("file_size", .decimal), .init("file_id", .nullable(.identifier)),
    .init("sequence", .nullable(.decimal)), .init("superblock", .nullable(.identifier)), .init("live", .boolean),
    .init("redacted", .boolean), .init("abandoned_repair", .boolean), .init("entries", .decimal),
  ])

  private static let newFile = Shape.object([
    .init("file_id", .identifier), .init("new_cluster", .identifier), .init("cluster", .identifier),
    .init("term", .decimal), .init("byte_count", .decimal),
  ])

  private static let loss = Shape.either([
    .object([
      .init("what", .choice(["ops"])), .init("first_op", .decimal), .init("last_op", .nullable(.decimal)),
      .init("cause", .choice(RecoverLoss.Cause.allCases.map(\.rawValue))),
    ]),
    .object([.init("what", .choice(["reply"])), .init("slot", .integer), .init("op", .nullable(.decimal))]),
  ])

  private static let rejected = Shape.object([
    .init("op", .decimal), .init("path", .string), .init("finding", Shape.findingName), .init("place", .string),
  ])
}

extension RecoverReport {
  static let members: [Shape.Member] =
    [
      .init("path", .string), .init("plan_checksum", .identifier), .init("head_op", .decimal),
      .init("lineage", .nullable(.identifier)), .init("lost", .array(.string)),
    ] + .verification + [.init("next", .string)]
}

extension RecoverVerifyCommand {
  static let members: [Shape.Member] =
    [
      .init("path", .string), .init("plan", .nullable(.string)), .init("as_planned", .nullable(.boolean)),
      .init("differences", .array(.string)), .init("lineage", .nullable(.identifier)),
    ] + .verification
}

extension RecoverCollection {
  static let members: [Shape.Member] = [
    .init("path", .string),
    .init(
      "files",
      .array(
        .object([
          .init("path", .string), .init("file_size", .decimal), .init("image_size", .decimal),
          .init("redacted", .boolean), .init("unreadable", .decimal), .init("steady", .boolean),
        ]))), .init("reason", .nullable(.string)), .init("next", .string), .init("exit", .exit),
  ]
}
