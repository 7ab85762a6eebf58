internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// The columns that tell of an entry of the log, wherever entries are listed.
enum EntryColumns {
  /// - Parameter digits: width of columns of ops.
  static func columns(digits: Int) -> [TextColumn] {
    [
      TextColumn("TERM", .right, width: 6), TextColumn("COMMIT", .right, width: digits),
      TextColumn("OPERATION", width: 13), TextColumn("CLIENT", width: 8), TextColumn("SESSION", .right, width: digits),
      TextColumn("REQUEST", .right, width: 7), TextColumn("SIZE", .right, width: 7), TextColumn("TIME", width: 30),
      TextColumn("CHECKSUM", width: 16),
    ]
  }

  /// How many cells an entry has.
  static let count = columns(digits: 1).count
}

extension TextTable {
  /// The cells of `EntryColumns`; dashes if there is no entry.
  func entry(_ header: PrepareHeader?) {
    guard let header else {
      for _ in 0..<EntryColumns.count { cell("-") }
      return
    }
    cell(decimal: header.term)
    cell(decimal: header.commit)
    cell(Operation.name(of: header.operation))
    if header.client == 0 { cell("-") } else { cell(hex: header.client, digits: 8) }
    cell(decimal: header.session)
    cell(decimal: header.request)
    cell(decimal: UInt64(header.size))
    cell { $0.writeTime(header.timestamp) }
    cell(hex: header.checksum, digits: 16)
  }

  /// Whether an entry follows the one before it.
  func link(_ link: LogRow.Link) { cell(link.name, link == .ok || link == .unknown ? .plain : .red) }
}
