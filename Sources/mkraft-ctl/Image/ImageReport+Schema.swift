internal import MKraftForensics
internal import MKraftOutput

extension ImageReport {
  static let members: [Shape.Member] = [
    .init("path", .string), .init("read_mode", .readMode), .init("locked_by", .nullable(.string)),
    .init("image", .string), .init("redacted", .boolean), .init("file_size", .decimal), .init("image_size", .decimal),
    .init("recorded_checksums", .decimal), .init("unreadable", .decimal),
    .init("steady", .boolean),
    .init(
      "left_out",
      .array(
        .object([
          .init("what", .choice(ImageRedactions.Reason.allCases.map(\.rawValue))), .init("byte_count", .decimal),
        ]))), .init("next", .string), .init("exit", .exit),
  ]
}
