import MKraftForensics
import SystemPackage
import Testing

/// `README.md`: its tour is run and prints what stands there, and what it names is there.
@Suite struct ReadmeTests {
  private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent()
  private let lines: [String]

  init() throws {
    let text = String(decoding: try readAll(Self.root.appending("README.md")), as: UTF8.self)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The displays of the tour belong together: the files of one stand where the next is typed.
  @Test func theTourPrintsWhatItSays() throws {
    let commands = try tour()
    #expect(commands.count > 10)
    let differences = try RunbookSession(RunbookGround()).differences(commands)
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n\n"))")
  }

  /// The comparison can fail: with another word in each line that is shown whole, and with a line too many.
  @Test func anotherOutputIsFound() throws {
    for command in try tour() where !command.expected.contains(where: { $0.contains("...") }) {
      #expect(command.matches(command.expected))
      for index in command.expected.indices where !command.expected[index].isEmpty {
        var changed = command.expected
        changed[index] += "!"
        #expect(!command.matches(changed), "line \(command.line)")
      }
      #expect(!command.matches(command.expected + ["more"]), "line \(command.line)")
    }
  }

  /// Files and directories between backquotes, and the numbers that the tool itself tells.
  @Test func whatItNamesIsThere() throws {
    let places = ["Tests/", "man/", "Sources/", "fixtures/"]
    let parts = lines.joined(separator: "\n").split(separator: "`", omittingEmptySubsequences: false)
    // Every other part stands between two backquotes; a command line may follow a name.
    let quoted = parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let names = quoted.compactMap { $0.split(separator: " ").first.map(String.init) }
    let paths = Set(names.filter { name in places.contains { name.hasPrefix($0) } })
    #expect(paths.count > 20)
    for path in paths {
      let file = try? FileDescriptor.open(Self.root.appending(path), .readOnly)
      #expect(file != nil, "\(path)")
      try file?.close()
    }
    #expect(lines.contains { $0.contains(" \(FindingCatalogue.entries.count) findings ") })
    #expect(lines.contains { $0.contains("(\(DrillScenario.allCases.count) damages on a copy)") })
    #expect(lines.contains { $0.contains(" \(Fixture.all.count) fixtures ") })
  }

  /// What stands between lines ```` ```console ```` and ```` ``` ````.
  private func tour() throws -> [RunbookCommand] {
    var commands: [RunbookCommand] = []
    var rest = lines[...]
    while let start = rest.firstIndex(of: "```console") {
      let display = rest[(start + 1)...].prefix { $0 != "```" }
      try #require(display.first?.hasPrefix("$ ") == true, "line \(start + 2): a display begins with a command")
      commands += RunbookCommand.all(in: Array(display), line: start + 2)
      rest = rest[display.endIndex...]
    }
    return commands
  }
}
