/// `man/mkraft-recovery.7` as a program: situations, each a setup and what is typed and printed after it.
///
/// A comment before a literal display says what the display is, so that readers of the page do not see it:
///
///     .\" setup: NAME       the beginning of a situation, whose files the setup of this name makes
///     .\" continued         more of the same situation
///     .\" file: NAME        the display is a file, which stands in the directory of every situation
///
/// In a display a line that begins with `$ ` is a command, one with `> ` after it goes on with it, and the lines below are
/// what it prints.
struct RunbookPage {
  struct Situation: Sendable {
    let setup: String
    /// The line of the page where it begins.
    let line: Int
    var commands: [RunbookCommand] = []
  }

  private(set) var situations: [Situation] = []
  /// Contents by name.
  private(set) var files: [String: [String]] = [:]
  /// What is wrong with the page: a command that no test would run, or a display out of place.
  private(set) var defects: [String] = []

  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var index = 0
    var mark: Mark?
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.hasPrefix(".Bd -literal") {
        let body = lines[index...].prefix { !$0.hasPrefix(".Ed") }
        take(body.map(RunbookPage.plain), as: mark, line: index + 1)
        index += body.count + 1
        mark = nil
      } else if let next = Mark(line) {
        if mark != nil { defects.append("line \(index): the mark before has no display") }
        mark = next
      } else {
        checkProse(line, number: index)
      }
    }
    if mark != nil { defects.append("the last mark has no display") }
  }

  private enum Mark {
    case setup(String)
    case continued
    case file(String)

    init?(_ line: String) {
      guard line.hasPrefix(#".\" "#) else { return nil }
      let words = line.dropFirst(4).split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("setup:", 2): self = .setup(words[1])
      case ("file:", 2): self = .file(words[1])
      case ("continued", 1): self = .continued
      default: return nil
      }
    }
  }

  /// What a line of a display shows.
  private static func plain(_ line: String) -> String {
    var text = ""
    var rest = line[...]
    while let character = rest.popFirst() {
      guard character == "\\" else {
        text.append(character)
        continue
      }
      switch rest.popFirst() {
      case "e": text.append("\\")
      case "-": text.append("-")
      case "(":
        guard rest.hasPrefix("aq") else { continue }
        rest.removeFirst(2)
        text.append("'")
      default: break
      }
    }
    return text
  }

  private mutating func checkProse(_ line: String, number: Int) {
    let isShown = [".Dl", ".D1", ".Bd"].contains { line.hasPrefix($0) }
    if isShown || RunbookPage.plain(line).hasPrefix("$ ") {
      defects.append("line \(number): what is typed stands in a display of a situation: \(line)")
    }
  }

  private mutating func take(_ lines: [String], as mark: Mark?, line: Int) {
    switch mark {
    case .file(let name):
      files[name] = lines
      return
    case .setup(let name): situations.append(Situation(setup: name, line: line))
    case .continued:
      guard !situations.isEmpty else {
        defects.append("line \(line): no situation has begun")
        return
      }
    case nil:
      defects.append("line \(line): the display belongs to no situation")
      return
    }
    guard lines.first?.hasPrefix("$ ") == true else {
      defects.append("line \(line): a display begins with a command")
      return
    }
    situations[situations.count - 1].commands += RunbookCommand.all(in: lines, line: line)
  }
}
