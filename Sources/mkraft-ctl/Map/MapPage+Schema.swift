internal import MKraftForensics
internal import MKraftOutput

extension MapPage {
  static let members: [Shape.Member] =
    [.init("path", .string), .init("read_mode", .readMode), .init("locked_by", .nullable(.string))] + .verification + [
      .init("written", .nullable(.string)), .init("zones", .array(band)),
      .init("findings_elsewhere", .array(Shape.findingName)),
    ]

  private static let band = Shape.object([
    .init("zone", Shape.zone), .init("item", .string), .init("offset", .decimal), .init("byte_count", .decimal),
    .init("item_byte_count", .decimal), .init("item_count", .decimal), .init("first_item", .decimal),
    .init("items_per_cell", .decimal), .init("gap_byte_count", .decimal),
    .init("gap_findings", .array(Shape.findingName)), .init("cells", .array(cell)),
  ])

  private static let state = Shape.choice(MapState.allCases.map(\.name))

  private static let cell = Shape.object([
    .init("first", .decimal), .init("last", .decimal), .init("state", state), .optional("states", .map(.integer)),
    .init("severity", .nullable(Shape.severity)), .init("finding", .nullable(Shape.findingName)),
    .init("finding_count", .integer),
  ])
}
