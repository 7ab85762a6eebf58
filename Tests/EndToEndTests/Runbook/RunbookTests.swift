import MKraftForensics
import MKraftOutput
import SystemPackage
import Testing

/// `man/mkraft-recovery.7`: every command in it is run, and prints what the page says.
@Suite struct RunbookTests {
  private static let path = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("man/mkraft-recovery.7")
  private static let text = (try? readAll(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  private static let page = RunbookPage(text)

  @Test func everyCommandBelongsToASituation() {
    #expect(Self.page.defects.isEmpty)
    #expect(!Self.page.situations.isEmpty)
  }

  @Test func everySetupIsUsed() {
    let used = Set(Self.page.situations.map(\.setup))
    let names = RunbookSetup.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(used == Set(names))
  }

  @Test(arguments: page.situations) func printsWhatThePageSays(_ situation: RunbookPage.Situation) throws {
    let setup = try #require(RunbookSetup.all.first { $0.name == situation.setup })
    let ground = try RunbookGround()
    try setup.make(ground)
    for (name, lines) in Self.page.files {
      _ = try ground.directory.file(name, Array((lines.joined(separator: "\n") + "\n").utf8))
    }
    let differences = try RunbookSession(ground).differences(situation.commands)
    #expect(!situation.commands.isEmpty && differences.isEmpty, "\(differences.joined(separator: "\n\n"))")
  }

  /// Each code of the tool's own table, in its order, with its meaning.
  @Test func exitCodesAreThoseOfTheTool() throws {
    let items = try items(of: "BY EXIT CODE")
    #expect(items.map(\.head) == ExitCode.allCases.map { ".It \($0.number) Pq \($0.name)" })
    for (item, code) in zip(items, ExitCode.allCases) {
      #expect(item.text.lowercased().contains(code.meaning.lowercased()), "\(item.head)")
      let isPlain: Set<ExitCode> = [.notMet, .usage]
      #expect(item.sections.isEmpty == isPlain.contains(code), "\(item.head)")
    }
  }

  /// Each finding of the catalogue, in its order, with its code, and a section that there is.
  @Test func findingsAreThoseOfTheCatalogue() throws {
    let items = try items(of: "BY FINDING")
    let wanted = FindingCatalogue.entries.map { ".It Cm \($0.name) Pq \($0.exitCode.number)" }
    #expect(items.map(\.head) == wanted)
    for (item, entry) in zip(items, FindingCatalogue.entries) {
      #expect(item.sections.count == 1, "\(item.head) leads to one section")
      guard let sections = RunbookTests.sections(for: entry.next) else { continue }
      #expect(!sections.isDisjoint(with: item.sections), "\(item.head): \(entry.next.words)")
    }
  }

  /// Where the page tells how to take the catalogue's next step; nil if there is none to take.
  private static func sections(for step: NextStep) -> Set<String>? {
    switch step {
    case .nothing: nil
    case .start, .startLater: ["Degraded: start heals it", "The medium fails"]
    case .checkMedium: ["Degraded: look at the medium"]
    case .checkDevice, .copyFirst, .otherDevice: ["The medium fails"]
    case .findWhole, .repair: ["Repairable from the file alone"]
    case .restoreEntry, .restoreBlock, .restoreReply: ["Restorable from a backup"]
    case .restoreReferrer: ["Damage that hides more"]
    case .decideOnLog: ["The log is undecidable", "The state contradicts itself"]
    case .decideOnState: ["The state contradicts itself"]
    case .inspectSuperblock: ["The superblock is in doubt", "Without any superblock copy"]
    case .decideOnHistory: ["The superblock is in doubt"]
    case .verify, .verifyOn: ["The check did not finish"]
    case .resumeRepair: ["A repair was interrupted"]
    case .useNewerRelease, .nameTheRightFile: ["Not our file, or of a newer release"]
    }
  }

  @Test func sectionsNamedAreThere() {
    let lines = Self.text.split(separator: "\n")
    let sections = Set(lines.compactMap { $0.hasPrefix(".Ss ") || $0.hasPrefix(".Sh ") ? $0.dropFirst(4) : nil })
    for line in lines where line.hasPrefix(".Sx ") {
      let name = RunbookTests.section(line)
      #expect(sections.contains(name[...]), "\(line)")
    }
  }

  // MARK: Lists

  private struct Item {
    let head: String
    var text = ""
    var sections: [String] = []
  }

  /// The items of the list in a section.
  private func items(of section: String) throws -> [Item] {
    let lines = Self.text.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex(of: ".Sh \(section)"))
    var items: [Item] = []
    for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix(".Sh ") }) {
      if line.hasPrefix(".It ") {
        items.append(Item(head: line))
      } else if !items.isEmpty {
        items[items.count - 1].text += line + " "
        if line.hasPrefix(".Sx ") { items[items.count - 1].sections.append(RunbookTests.section(line[...])) }
      }
    }
    return items
  }

  /// The section that a line refers to, without what stands behind it.
  private static func section(_ line: Substring) -> String {
    let words = line.dropFirst(4).split(separator: " ")
    return words.filter { ![".", ",", ";", ":", ")"].contains($0) }.joined(separator: " ")
  }
}

extension RunbookPage.Situation: CustomTestStringConvertible {
  var testDescription: String { "line \(line): \(setup)" }
}
