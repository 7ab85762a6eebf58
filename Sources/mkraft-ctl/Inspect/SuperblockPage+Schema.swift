internal import MKraftForensics
internal import MKraftOutput

extension SuperblockPage {
  static let members: [Shape.Member] =
    .file + [
      .optional("identity", .identity), .init("scope", .array(.string)), .init("exit", .exit),
      .init("repair", .repair),
      .init(
        "decision",
        .object([
          .init("outcome", .string), .init("sequence", .nullable(.decimal)), .init("checksum", .nullable(.identifier)),
          .init("reason", .string), .init("read_only", .boolean), .init("copies_to_write", .array(.integer)),
        ])),
      .init(
        "checkpoint",
        .nullable(
          .object([
            .init("number", .decimal), .init("op", .decimal), .init("id", .identifier), .init("reachable", .decimal),
            .init("blocks", .decimal),
          ]))), .init("scanned", .boolean), .init("geometry_certain", .boolean),
      .init("geometry_from", .nullable(.string)), .init("places", .array(place)),
      .init("places_complete", .boolean),
      .init("comparisons", .array(.object([.init("places", .array(.integer)), .init("fields", .array(field))]))),
      .init(
        "invariants",
        .array(
          .object([
            .init("name", .string), .init("statement", .string), .init("holds", .boolean),
            .init("broken_in", .array(.integer)), .init("values_of_place", .nullable(.integer)),
            .init("values", .map(.nullable(.either([.integer, .string])))),
          ]))), .init("findings", .array(.finding)),
    ]

  static let place = Shape.object([
    .init("place", .integer), .init("offset", .decimal), .init("home_of_copy", .nullable(.integer)),
    .init("state", .choice(SuperblockPlace.State.allCases.map(\.rawValue))), .init("defect", .nullable(.string)),
    .init("reason", .nullable(.string)), .init("copy", .nullable(.integer)), .init("sequence", .nullable(.decimal)),
    .init("checksum", .nullable(.identifier)), .init("parent", .nullable(.identifier)),
    .optional("raw", .hexadecimal),
  ])

  private static let field = Shape.object([
    .init("name", .string), .init("section", .choice(SuperblockField.Section.allCases.map(\.rawValue))),
    .init("offset", .integer), .init("size", .integer), .init("agreed", .boolean),
    .init(
      "values",
      .array(
        .object([
          .init("value", .either([.integer, .string])), .optional("name", .string), .init("places", .array(.integer)),
        ]))), .optional("meaning", .string), .optional("defends_against", .string),
  ])
}
