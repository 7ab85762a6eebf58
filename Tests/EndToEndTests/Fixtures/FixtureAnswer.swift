import SystemPackage

/// A command and its answer, as `fixtures/expected/NAME.txt` has them: see Tests/Fixtures/texts.
struct FixtureAnswer {
  private static let prompt = "$ mkraft-ctl "
  private static let end = "exit "

  let arguments: [String]
  let text: String
  let exit: Int32

  /// The fixtures it reads.
  var files: [String] {
    let suffix = ".mkraft"
    return arguments.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
  }

  /// All that are committed for a fixture.
  static func committed(for fixture: Fixture) throws -> [FixtureAnswer] {
    let path = Fixture.directory.appending("expected/\(fixture.name).txt")
    let lines = try String(decoding: readAll(path), as: UTF8.self).split(separator: "\n")
    var answers: [FixtureAnswer] = []
    var (arguments, text): ([String], [Substring]) = ([], [])
    for line in lines {
      if line.hasPrefix(prompt) {
        arguments = line.dropFirst(prompt.count).split(separator: " ").map(String.init)
        text = []
      } else if line.hasPrefix(end), let exit = Int32(line.dropFirst(end.count)) {
        answers.append(FixtureAnswer(arguments: arguments, text: text.joined(separator: "\n"), exit: exit))
      } else {
        text.append(line)
      }
    }
    return answers
  }
}
