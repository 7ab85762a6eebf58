internal import MKraftFormat

/// Which fields a structure has, by what it says of itself: of damaged bytes as far as that makes sense.
enum DumpLayout {
  /// - Parameters:
  ///   - bytes: the whole structure; zero where the file has none.
  ///   - limit: fields that begin beyond so many bytes are left out.
  static func fields(_ target: DumpTarget, _ bytes: RawSpan, limit: Int) -> [DumpField] {
    let fields =
      switch target {
      case .superblock: superblock(bytes)
      case .header: DumpField.of(PrepareHeader.Layout.rows)
      case .prepare: entry(bytes)
      case .reply: reply(bytes)
      case .block: BlockLayout(bytes, limit: limit).fields()
      }
    return fields.filter { $0.range.lowerBound < limit && !$0.range.isEmpty }
  }

  private static func superblock(_ bytes: RawSpan) -> [DumpField] {
    let shown = Superblock(unverified: bytes)
    return SuperblockField.all(members: shown.members.count, suffix: shown.suffix.count).map(DumpField.init)
  }

  private static func entry(_ bytes: RawSpan) -> [DumpField] {
    let size = Int(bytes.load(PrepareHeader.Layout.size))
    return DumpField.of(PrepareHeader.Layout.rows) + contents(PrepareHeader.byteCount, size, bytes, "body")
  }

  private static func reply(_ bytes: RawSpan) -> [DumpField] {
    let size = Int(bytes.load(ReplyHeader.Layout.size))
    return DumpField.of(ReplyHeader.Layout.rows) + contents(ReplyHeader.byteCount, size, bytes, "body")
  }

  /// What follows a header: its contents as far as `size` says, and the rest of the place.
  static func contents(_ start: Int, _ size: Int, _ bytes: RawSpan, _ name: String) -> [DumpField] {
    guard (start...bytes.byteCount).contains(size) else {
      return [DumpField("unknown", start..<bytes.byteCount, "the header's size is not one that fits here", .bytes)]
    }
    return [
      DumpField(name, start..<size, "\(size - start) bytes, as the header's size says", .bytes),
      rest(size, bytes),
    ]
  }

  static func rest(_ start: Int, _ bytes: RawSpan) -> DumpField {
    DumpField("rest", start..<bytes.byteCount, "not read: left from what was here before", .bytes)
  }
}
