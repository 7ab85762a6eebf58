internal import MKraftForensics
internal import MKraftOutput

extension FollowDump {
  static let entryMembers: [Shape.Member] = [
    .init("op", .decimal), .init("slot", .integer), .init("parent_link", .string), .init("header", LogDump.header),
    .optional("payload", .nullable(LogDump.payload)),
  ]

  static let missedMembers: [Shape.Member] = [.init("first_op", .decimal), .init("last_op", .decimal)]

  static let damagedMembers: [Shape.Member] = [
    .init("op", .decimal), .init("slot", .integer), .init("defect", .string),
  ]
}
