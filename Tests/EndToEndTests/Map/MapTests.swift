import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct MapTests {
  private func unpack(_ fixture: Fixture, in directory: TemporaryDirectory) throws -> FilePath {
    let path = directory[fixture.name + ".mkraft"]
    _ = try Run.shell("gzip -dc \"$1\" > \"$2\"", [fixture.compressed.string, path.string])
    return path
  }

  /// Whatever is wrong with a file, it is drawn in every form, with the verdict it has.
  @Test(arguments: Fixture.all) func everyFixture(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    let path = try unpack(fixture, in: directory)
    let before = try readAll(path)
    let code = fixture.exits["verify-checksums"]
    let text = try Run.tool("map", path.string)
    #expect(text.exit == code, "\(text)")
    let json = try Run.tool("map", path.string, "--output", "ndjson")
    #expect(json.exit == code && json.outputText.hasPrefix(#"{"schema":"mkraft-ctl-map","#), "\(json)")
    for kind in ["html", "svg"] {
      let page = directory["page.\(kind)"]
      let run = try Run.tool("map", path.string, "--to", page.string)
      #expect(run.exit == code, "\(run)")
      guard directory.names.contains("page.\(kind)") else {
        #expect(code == 65, "\(run)")
        continue
      }
      try check(page, fixture.findings.keys.map { $0 })
    }
    #expect(try readAll(path) == before)
  }

  /// Well-formed, self-contained, and with every kind of finding in it.
  private func check(_ path: FilePath, _ findings: [String]) throws {
    let text = String(decoding: try readAll(path), as: UTF8.self)
    let markup = Markup(text)
    #expect(markup.defect == nil, "\(path)")
    #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    for word in ["<script", "src=", "href=", "url(", "@import"] { #expect(!text.contains(word), "\(path)") }
    #expect(text.split(separator: "http://").count <= 2, "the namespace of SVG is a name, not an address")
    for finding in findings { #expect(text.contains(finding), "\(finding) in \(path)") }
    #expect(text.contains("prefers-color-scheme:dark") && markup.elements.contains("title"))
  }

  @Test func thePictureIsToldByCharacters() throws {
    let directory = try TemporaryDirectory()
    let file = try LoadedFile([[1, 2, 3]])
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 2) + 40))
    file.storage.zero(file.home(3)..<file.home(3) + 16384)
    let path = try file.save(in: directory, as: "f")
    let run = try Run.tool("map", path.string)
    // The header of op 2 stands in the header ring as well.
    #expect(run.exit == 11 && !run.output.contains(0x1B), "\(run)")
    let lines = run.outputText.split(separator: "\n").map(String.init)
    let blank = String(repeating: ".", count: 60)
    // Op 2 is lost; op 3 stands above what a replica would keep, and is known to be of the log.
    #expect(lines.contains("         0  :#X~\(blank)") || lines.contains("         0  :#X#\(blank)"), "\(run)")
    #expect(lines.contains("         3  !") && lines.contains("         0  C"), "\(run)")
    #expect(run.outputText.contains("wal-prepare-corrupt"), "\(run)")
    let narrow = try Run.tool("map", path.string, "--columns", "40")
    #expect(narrow.outputText.split(separator: "\n").allSatisfy { !$0.hasPrefix("        24  ") || $0.count == 36 })
    #expect(narrow.outputText.contains("        48  ................\n"), "\(narrow)")
    let coloured = try Run.tool("map", path.string, "--color", "always")
    #expect(coloured.output.contains(0x1B))
  }

  @Test func aPageIsNeverReplacedAndNothingIsLeftBehind() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile().save(in: directory, as: "f")
    let page = try directory.file("page.html", [1])
    #expect(try Run.tool("map", path.string, "--to", page.string).exit == 73)
    #expect(try readAll(page) == [1])
    #expect(try Run.tool("map", path.string, "--to", directory["page.png"].string).exit == 64)
    #expect(try Run.tool("map", path.string, "--to", directory["no"].appending("page.svg").string).exit == 73)
    #expect(try Run.tool("map", path.string, "--columns", "3").exit == 64)
    #expect(directory.names == ["f", "page.html"])
  }

  @Test func namesCannotPlayTricks() throws {
    let directory = try TemporaryDirectory()
    let name = "<script>\"&'\u{1B}[2J"
    let path = try LoadedFile().save(in: directory, as: name)
    let page = directory["page.html"]
    let run = try Run.tool("map", path.string, "--to", page.string)
    #expect(run.exit == 0 && !run.output.contains(0x1B), "\(run)")
    try check(page, [])
    #expect(try Run.tool("map", path.string).output.contains(0x1B) == false)
  }
}
