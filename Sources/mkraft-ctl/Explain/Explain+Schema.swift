internal import MKraftForensics
internal import MKraftOutput

extension FindingPage {
  static let members: [Shape.Member] = [
    .init("name", Shape.findingName), .init("severity", Shape.severity), .init("finding_exit", .exit),
    .init("part", .choice(FindingEntry.Part.allCases.map(\.rawValue))), .init("meaning", .string),
    .init("causes", .array(.string)), .init("risk", .string), .init("danger", .string), .init("next", .string),
  ]

  static let listMembers: [Shape.Member] = [.init("findings", .array(.object(members)))]
}

extension ItemPage {
  static let members: [Shape.Member] =
    .file + [
      .optional("identity", .identity), .init("item", .string),
      .init(
        "structures",
        .array(.object([.init("name", .string), .init("offset", .decimal), .init("byte_count", .integer)]))),
      // One of these four.
      .optional("superblock", SuperblockPage.place), .optional("slot", .object(LogDump.slotMembers)),
      .optional("reply", reply), .optional("block", block), .init("reasons", .array(.string)),
      .init("findings", .array(.finding)), .init("other_findings", .integer), .init("advice", .string),
      .init("next", .nullable(.string)), .init("scope", .array(.string)), .init("exit", .exit),
    ]

  private static let reply = Shape.object([
    .init("slot", .integer), .init("state", .nullable(.string)), .init("defect", .nullable(.string)),
    .init("checksum", .nullable(.identifier)), .init("expected", .nullable(.identifier)),
    .init("client", .nullable(.identifier)), .init("op", .nullable(.decimal)), .init("request", .nullable(.decimal)),
    .init("sessions_readable", .boolean),
  ])

  private static let block = Shape.object([
    .init("block", .decimal), .init("use", .choice(BlockExplanation.Use.allCases.map(\.rawValue))),
    .init("checkpoint", .decimal), .init("blocks", .decimal), .init("type", .nullable(.string)),
    .init("birth", .nullable(.decimal)), .init("size", .nullable(.integer)),
    .init("checksum", .nullable(.identifier)), .init("defect", .nullable(.string)),
    .init(
      "referrer",
      .nullable(
        .object([
          .init("block", .nullable(.decimal)), .init("expected", .identifier),
          .init("key_hex", .nullable(.hexadecimal)),
          .init("keys_from_hex", .nullable(.hexadecimal)), .init("keys_below_hex", .nullable(.hexadecimal)),
        ]))),
  ])
}
