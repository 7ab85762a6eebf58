import Glibc

/// A manual page's source, and the tables in it.
///
/// A table begins with the comment `.\" table: NAME` and ends at the next `.El`. Its first `.It` line has the headings; in each
/// further one ` Ta ` separates the cells.
struct ManualPage {
  struct Table {
    let name: String
    let rows: [[String]]
  }

  let text: String
  let tables: [Table]

  init(_ name: String) throws {
    let parts = #filePath.split(separator: "/")
    let root = parts[..<(parts.lastIndex(of: "Tests") ?? parts.startIndex)]
    let bytes = try ManualPage.contents(of: "/\(root.joined(separator: "/"))/man/\(name)")
    text = String(decoding: bytes, as: UTF8.self)
    tables = ManualPage.tables(in: text)
  }

  /// The rows of a table, without its headings; empty if there is no such table.
  func rows(_ name: String) -> [[String]] {
    tables.first { $0.name == name }?.rows ?? []
  }

  /// Whether the words stand in the page, wherever its lines are broken.
  func says(_ words: String) -> Bool {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words)
  }

  private static func tables(in text: String) -> [Table] {
    let marker = ".\\\" table: "
    var tables: [Table] = []
    var open: (name: String, rows: [[String]])?
    for line in text.split(separator: "\n") {
      if line.hasPrefix(marker) {
        open = (String(line.dropFirst(marker.count)), [])
      } else if line == ".El", let table = open {
        tables.append(Table(name: table.name, rows: Array(table.rows.dropFirst())))
        open = nil
      } else if line.hasPrefix(".It ") {
        open?.rows.append(cells(of: String(line.dropFirst(4))))
      }
    }
    return tables
  }

  private static func cells(of line: String) -> [String] {
    var cells: [[Substring]] = [[]]
    for word in line.split(separator: " ") {
      if word == "Ta" { cells.append([]) } else { cells[cells.count - 1].append(word) }
    }
    return cells.map { $0.joined(separator: " ") }
  }

  struct Unreadable: Error { let path: String }

  private static func contents(of path: String) throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw Unreadable(path: path) }
    defer { close(descriptor) }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw Unreadable(path: path) }
      guard count > 0 else { return contents }
      contents += chunk[..<count]
    }
  }
}

/// How the page's rows differ from the code's, a line for each difference; empty if they are the same.
func differences(page: [[String]], code: [[String]]) -> [String] {
  var lines: [String] = []
  for index in 0..<max(page.count, code.count) {
    let written = index < page.count ? page[index] : nil
    let meant = index < code.count ? code[index] : nil
    if written != meant {
      lines.append("row \(index): the page has \(written ?? ["nothing"]), the code \(meant ?? ["nothing"])")
    }
  }
  return lines
}
