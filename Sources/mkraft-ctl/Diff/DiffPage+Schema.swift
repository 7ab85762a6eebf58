internal import MKraftForensics
internal import MKraftOutput

extension DiffPage {
  static let members: [Shape.Member] = [
    .init("files", .array(file)),
    .init("relation", .choice(ReplicaComparison.Kind.allCases.map(\.rawValue))), .init("same", .boolean),
    .init("states_of_one_file", .array(.array(.string))), .init("named_more_than_once", .array(.array(.string))),
    .init("fields", .array(field)), .init("log", .nullable(log)), .init("checkpoints", .array(checkpoint)),
    .init("next", .nullable(.string)), .init("exit", .exit),
  ]

  private static let file = Shape.object([
    .init("path", .string), .init("read_mode", .readMode), .init("locked_by", .nullable(.string)),
    .init("file_size", .decimal), .init("identity", .nullable(.identity)), .init("head_op", .nullable(.decimal)),
    .init("commit_max", .nullable(.decimal)), .init("finding_count", .integer),
    .init("worst_finding", .nullable(Shape.findingName)), .init("exit", .exit),
  ])

  private static let field = Shape.object([
    .init("name", .string), .init("differs", .boolean),
    .init("weight", .choice(ComparedField.Weight.allCases.map(\.rawValue))),
    .init("values", .array(.nullable(.string))),
  ])

  private static let log = Shape.object([
    .init("first_op", .decimal), .init("last_op", .decimal), .init("last_common_op", .nullable(.decimal)),
    .init("last_common_checksum", .nullable(.identifier)), .init("commit_max", .nullable(.decimal)),
    .init("last_common_committed_op", .nullable(.decimal)), .init("divergence", .nullable(divergence)),
    .init("holders", .array(holders)), .init("holders_are_whole", .boolean),
  ])

  private static let divergence = Shape.object([
    .init("op", .decimal), .init("committed_on_both_sides", .boolean), .init("branches", .array(branch)),
  ])

  private static let branch = Shape.object([
    .init("path", .string), .init("checksum", .nullable(.identifier)), .init("parent", .nullable(.identifier)),
    .init("term", .nullable(.decimal)), .init("committed", .nullable(.boolean)),
  ])

  private static let holders = Shape.object([
    .init("first_op", .decimal), .init("last_op", .decimal), .init("agreed", .boolean),
    .init("holdings", .array(.nullable(.choice(LogHolding.allCases.map(\.rawValue))))),
  ])

  private static let checkpoint = Shape.object([
    .init("first", .string), .init("second", .string), .init("first_op", .decimal), .init("second_op", .decimal),
    .init("first_id", .identifier), .init("second_id", .identifier),
    .init("relation", .choice(CheckpointComparison.Relation.allCases.map(\.rawValue))),
    .init("block_count", .integer), .init("blocks", .array(block)),
  ])

  private static let block = Shape.object([
    .init("block", .decimal),
    .init("difference", .choice(CheckpointComparison.BlockDifference.allCases.map(\.rawValue))),
  ])
}
