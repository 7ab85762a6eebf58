internal import MKraftServer

/// The line by which a replica says that it takes requests, as `start --output ndjson` writes it.
enum ReadyLine {
  /// Where it listens; nil if the line says something else.
  static func address(in line: String) -> NetworkAddress? {
    guard line.contains(#""event":"ready""#), let start = line.range(of: #""address":""#) else { return nil }
    return try? NetworkAddress(parsing: String(line[start.upperBound...].prefix { $0 != "\"" }))
  }
}

extension String {
  /// Where `part` stands first.
  fileprivate func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
