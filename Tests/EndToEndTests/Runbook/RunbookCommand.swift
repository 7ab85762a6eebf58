/// A command of the runbook or of the README, and what the page says that it prints.
struct RunbookCommand: Sendable {
  /// Its line of the page.
  let line: Int
  private(set) var text: String
  private(set) var expected: [String] = []

  /// The commands of a display whose first line is one.
  static func all(in lines: [String], line first: Int) -> [RunbookCommand] {
    var commands: [RunbookCommand] = []
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("$ ") {
        commands.append(RunbookCommand(line: first + index, text: String(line.dropFirst(2))))
      } else if line.hasPrefix("> "), commands[commands.count - 1].expected.isEmpty {
        commands[commands.count - 1].text += "\n" + line.dropFirst(2)
      } else {
        commands[commands.count - 1].expected.append(line)
      }
    }
    return commands
  }

  /// Whether what was printed is what the page shows.
  ///
  /// A line `...` of the page stands for any lines or none, and `...` within a line for any text. How far columns stand apart
  /// does not count: their widths follow from paths.
  func matches(_ printed: [String]) -> Bool {
    Self.match(expected.map(Self.closedUp)[...], printed.map(Self.closedUp)[...])
  }

  private static func match(_ pattern: ArraySlice<String>, _ printed: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return printed.isEmpty }
    let rest = pattern.dropFirst()
    if first == "..." {
      return (printed.startIndex...printed.endIndex).contains { match(rest, printed[$0...]) }
    }
    guard let line = printed.first, match(first, line) else { return false }
    return match(rest, printed.dropFirst())
  }

  private static func match(_ pattern: String, _ line: String) -> Bool {
    let parts = pattern.components(separatedBy: "...")
    guard parts.count > 1 else { return pattern == line }
    guard line.hasPrefix(parts[0]) else { return false }
    var rest = line.dropFirst(parts[0].count)
    for part in parts[1..<parts.count - 1] {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(parts[parts.count - 1])
  }

  /// Two spaces for any more, and none at the end.
  private static func closedUp(_ line: String) -> String {
    var text = ""
    for character in line where character != " " || !text.hasSuffix("  ") { text.append(character) }
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension String {
  /// The parts between occurrences of `separator`.
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
