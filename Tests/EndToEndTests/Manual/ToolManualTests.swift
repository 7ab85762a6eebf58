import MKraftForensics
import MKraftOutput
import SystemPackage
import Testing

/// `man/mkraft-ctl.1`: its generated parts are what the tool says now.
@Suite struct ToolManualTests {
  private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent()
  private let lines: [String]

  init() throws {
    let page = try readAll(Self.root.appending("man/mkraft-ctl.1"))
    lines = String(decoding: page, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The lines of a generated part.
  private func part(_ name: String) throws -> [String] {
    let start = try #require(lines.firstIndex(of: #".\" begin generated: \#(name)"#))
    return lines[start...].prefix { $0 != #".\" end generated"# }.dropFirst().map { $0 }
  }

  /// The command that makes the page and the schema finds nothing to do.
  @Test func nothingIsStale() throws {
    let update = Self.root.appending("Tests/Manual/update").string
    let run = try Run.shell(#"exec python3 "$1" --check "$0""#, [update])
    #expect(run.exit == 0, "\(run)")
  }

  /// Every finding of the catalogue, in its words and order, and no other.
  @Test func findingsAreThoseOfTheCatalogue() throws {
    let part = try part("findings")
    let names = part.compactMap { $0.hasPrefix(".It Cm ") ? String($0.dropFirst(7)) : nil }
    #expect(names == FindingCatalogue.entries.map(\.name))
    let text = part.joined(separator: " ")
    for entry in FindingCatalogue.entries {
      for words in [entry.meaning.dropFirst(), entry.risk[...], entry.danger[...], entry.next.words[...]] {
        #expect(text.contains(words), "\(entry.name): \(words)")
      }
      for cause in entry.causes { #expect(text.contains(cause), "\(entry.name): \(cause)") }
    }
  }

  @Test func scenariosAreThoseOfTheDrill() throws {
    let names = try part("scenarios").compactMap { $0.hasPrefix(".It Cm ") ? String($0.dropFirst(7)) : nil }
    #expect(names == DrillScenario.allCases.map(\.name))
  }

  @Test func exitCodesAreThoseOfTheTool() throws {
    let codes = try part("exit-codes").compactMap { $0.hasPrefix(".It Er ") ? String($0.dropFirst(7)) : nil }
    #expect(codes == ExitCode.allCases.map { "\($0.number) Pq \($0.name)" })
  }

  /// Each command that does something has a section; `help` names no other.
  @Test func everyCommandHasASection() throws {
    let sections = try part("commands").compactMap { $0.hasPrefix(".Ss ") ? String($0.dropFirst(4)) : nil }
    #expect(sections.allSatisfy { $0.hasPrefix("mkraft-ctl ") } && Set(sections).count == sections.count)
    for command in [
      "format", "status", "inspect-superblock", "dump-wal", "verify-checksums", "explain", "hexdump", "start",
    ] {
      #expect(sections.contains("mkraft-ctl \(command)"), "\(command)")
    }
    #expect(sections.contains("mkraft-ctl kv batch"))
  }
}
