internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

extension [Shape.Member] {
  /// As `JSONWriter.verification` writes it.
  static let verification: [Shape.Member] = [
    .init("file_size", .decimal), .init("identity", .nullable(.identity)),
    .init("judged_by", .nullable(.choice(["quorum", "newest-copy", "supplied-geometry"]))),
    .init("supplied", .nullable(Shape.supplied)), .init("verdict", verdict),
    .init("superblock", superblock), .init("log", .nullable(log)), .init("grid", .nullable(grid)),
    .init("bytes", bytes), .init("finding_count", .integer),
    .init("counts", .array(.object([.init("name", Shape.findingName), .init("count", .integer)]))),
    .init("findings", .array(.finding)), .init("exit", .exit),
  ]

  private static let verdict = Shape.object([
    .init(
      "start",
      .choice([
        "serves", "serves-after-repair", "serves-until-damage", "abstains", "refuses", "not-judged",
      ])), .init("start_reason", .nullable(.string)), .init("stops_at_block", .nullable(.decimal)),
    .init("integrity", .nullable(Shape.severity)),
    .init("scope", .array(.choice(VerificationScope.allNames))),
  ])

  private static let superblock = Shape.object([
    .init("sequence", .nullable(.decimal)), .init("term", .nullable(.decimal)), .init("clean", .nullable(.boolean)),
    .init("virgin", .nullable(.boolean)), .init("copies", .array(.string)),
  ])

  private static let log = Shape.object([
    .init("checkpoint_op", .nullable(.decimal)), .init("head_op", .decimal), .init("head_term", .decimal),
    .init("head_checksum", .identifier), .init("commit_max", .decimal), .init("end", .string),
    .init("judged_as_of_op", .nullable(.decimal)),
  ])

  private static let grid = Shape.object([
    .init("checkpoint", .decimal), .init("checkpoint_op", .nullable(.decimal)),
    .init("checkpoint_id", .nullable(.identifier)), .init("acquired", .nullable(.decimal)),
    .init("reachable", .decimal), .init("released", .nullable(.decimal)), .init("trailers", .decimal),
    .init("free", .nullable(.decimal)), .init("sessions", .nullable(.decimal)), .init("block_size", .integer),
    .init("blocks", .decimal), .init("file_blocks", .decimal), .init("blocks_max", .decimal),
    .init("reserved_byte_count", .decimal),
  ])

  private static let bytes = Shape.object([
    .init("checked", .decimal), .init("skipped", .decimal), .init("unreadable", .decimal), .init("total", .decimal),
    .init(
      "skipped_because",
      .array(
        .object([
          .init("reason", .choice(ByteTally.SkipReason.allCases.map(\.rawValue))), .init("byte_count", .decimal),
        ]))),
  ])
}

extension StatusPage {
  static let members: [Shape.Member] =
    [.init("path", .string), .init("locked_by", .nullable(.string))] + .verification + [
      .init("next", .nullable(.string))
    ]
}

extension VerifiedFile {
  /// Of a document on any number of files.
  static let members: [Shape.Member] = [
    .init(
      "files",
      .array(
        .either([
          .object([.init("path", .string), .init("reason", .string), .init("exit", .exit)]),
          .object(
            [
              .init("path", .string), .init("read_mode", .readMode),
              .init("locked_by", .nullable(.string)),
            ] + .verification + end),
        ]))), .init("exit", .exit),
  ]

  /// How far the verification came.
  private static let end: [Shape.Member] = [
    .init("stopped", .nullable(.choice(ScanStop.allCases.map(\.rawValue)))),
    .optional("resumed_at_byte_count", .decimal), .optional("read_again", .array(.string)),
    .optional("started_over_because", .string),
    .init(
      "unchecked",
      .array(.object([.init("part", .string), .init("what", .string), .init("byte_count", .decimal)]))),
  ]
}

extension Shape {
  /// How a file's bytes were read.
  static let readMode = Shape.choice(["direct", "cached", "droppedBehind"])

  /// As `JSONWriter.supplied` writes it.
  static let supplied = Shape.object([
    .init("from", .choice(["geometry", "like"])), .optional("like", .string), .optional("like_sequence", .decimal),
    .init("geometry", .geometry), .init("cluster", .identifier),
    .init("cluster_from", .choice(AssumedSuperblock.ClusterOrigin.allCases.map(\.rawValue))),
    .init("assumed_checkpoint_op", .decimal), .init("highest_op", .decimal),
  ])
}
