internal import MKraftForensics
internal import MKraftOutput

extension HexdumpPage {
  static let members: [Shape.Member] =
    .file + [
      .init("structure", .string), .init("offset", .decimal), .init("byte_count", .integer),
      .init("present", .integer), .init("shown", .integer),
      .init(
        "gaps",
        .array(.object([.init("offset", .integer), .init("byte_count", .integer), .init("reason", .string)]))),
      .init("defect", .nullable(.string)), .init("checksums", .array(checksum)), .init("fields", .array(field)),
      .init("next", .string), .init("scope", .array(.string)), .init("exit", .exit),
    ]

  private static let checksum = Shape.object([
    .init("name", .string), .init("offset", .integer), .init("kind", .string),
    .init("covers_offset", .nullable(.integer)), .init("covers_byte_count", .nullable(.integer)),
    .init("expected", .nullable(.identifier)), .init("actual", .nullable(.identifier)),
    .init("state", .choice(ChecksumCoverage.State.allCases.map(\.rawValue))),
  ])

  private static let field = Shape.object([
    .init("name", .string), .init("offset", .integer), .init("byte_count", .integer), .init("meaning", .string),
    .init("hex", .nullable(.hexadecimal)), .init("is_whole", .boolean),
    .init("value", .nullable(.either([.integer, .string]))), .optional("value_name", .string),
  ])
}
