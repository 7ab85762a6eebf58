internal import MKraftOutput

extension KeyValueReport {
  static let members: [Shape.Member] = [
    .init("op", .decimal), .init("term", .decimal), .init("results", .array(.object(result))), .init("exit", .exit),
  ]

  /// As `JSONWriter.keyValue` writes it: bytes that are no text are given in hexadecimal.
  private static let result: [Shape.Member] =
    [.init("operation", .string), .init("status", .string), .optional("current", .string)]
    + bytes("key") + bytes("value") + bytes("current_value")

  fileprivate static func bytes(_ name: String) -> [Shape.Member] {
    [.optional(name, .string), .optional(name + "_hex", .hexadecimal)]
  }
}

extension KeyValueScanRendering {
  /// A scan that fails half-way has the pairs up to there, and the reason.
  static let members: [Shape.Member] =
    [
      .init("pairs", .array(.object(KeyValueReport.bytes("key") + KeyValueReport.bytes("value")))),
      .optional("op", .decimal), .optional("more", .boolean), .optional("reason", .string), .init("exit", .exit),
    ] + KeyValueReport.bytes("next")
}

extension BatchReport {
  static let members: [Shape.Member] = [
    .init("lines", .integer), .init("requests", .integer), .init("done", .integer), .init("not_done", .integer),
    .init("unanswered", .integer), .init("first_unanswered_line", .nullable(.integer)), .init("op", .decimal),
    .init("seconds", .number), .init("reason", .nullable(.string)), .init("exit", .exit),
  ]
}
