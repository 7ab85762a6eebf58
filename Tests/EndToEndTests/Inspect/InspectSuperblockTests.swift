import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct InspectSuperblockTests {
  private func inspect(_ file: LoadedFile, _ arguments: String...) throws -> Run {
    let directory = try TemporaryDirectory()
    let path = try file.save(in: directory, as: "f")
    return try Run.tool(["inspect-superblock", path.string] + arguments)
  }

  private func lines(_ run: Run) -> [String] { run.outputText.split(separator: "\n").map(String.init) }

  @Test func soundFile() throws {
    let run = try inspect(try LoadedFile())
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    for line in [
      "decision    opened at sequence 2",
      "  ||||  cluster                                000000000000000000000000000000c1",
      "  ||||  term                                   1", "  ||||  message_size                           8192 B",
      "  |___  copy                                   0", "  ok  log-term-at-most-term",
    ] {
      #expect(run.outputText.contains(line + "\n") || run.outputText.contains(line + " "), "\(line)\n\(run)")
    }
    #expect(!run.outputText.contains("BROKEN") && !run.outputText.contains("reserved["), "\(run)")
  }

  @Test func aFlippedBitStandsOutInItsField() throws {
    let file = try LoadedFile()
    file.storage.flipBit(at: 8 * (file.home(2) + 216) + 1)
    let run = try inspect(file)
    #expect(run.exit == 10, "\(run)")
    let terms = lines(run).filter { $0.contains("  term  ") }.map { $0.split(separator: " ").map(String.init) }
    #expect(terms == [["||_|", "term", "1"], ["__!_", "term", "3"]], "\(run)")
    #expect(lines(run).contains { $0.contains("copy 2") && $0.contains("damaged") && $0.contains("checksum mismatch") })
    let json = try inspect(file, "--output", "ndjson")
    let expected =
      #"{"name":"term","section":"state","offset":216,"size":8,"agreed":false,"values":[{"value":"1","places":[0,1,3]},{"value":"3","places":[2]}]}"#
    #expect(json.exit == 10 && json.outputText.contains(expected), "\(json)")
    #expect(
      lines(json).count == 1 && json.outputText.hasPrefix(#"{"schema":"mkraft-ctl-superblock","schema_version":1,"#))
  }

  @Test func copiesByThemselves() throws {
    let file = try LoadedFile()
    file.storage.flipBit(at: 8 * (file.home(2) + 216) + 1)
    let one = try inspect(file, "--copy", "2")
    #expect(one.exit == 10 && lines(one).contains { $0.split(separator: " ") == ["!", "term", "3"] }, "\(one)")
    #expect(!one.outputText.contains("|___"), "\(one)")
    let all = try inspect(file, "--copy", "all")
    let terms = lines(all).filter { $0.contains(" term  ") }.map { $0.split(separator: " ").map(String.init) }
    #expect(terms == [["|", "term", "1"], ["|", "term", "1"], ["!", "term", "3"], ["|", "term", "1"]], "\(all)")
  }

  /// A hole of 4 TiB would take an hour to read.
  @Test func holesAreNotRead() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("hole")
    let file = try FileDescriptor.open(path, .writeOnly)
    try file.closeAfter { try file.resize(to: 4 << 40) }
    let run = try Run.tool(["inspect-superblock", path.string], timeout: .seconds(20))
    #expect(run.exit == 65 && run.outputText.contains("not-our-format"), "\(run)")
  }

  @Test func explainsEveryField() throws {
    let run = try inspect(try LoadedFile(), "--explain")
    #expect(run.exit == 0 && run.outputText.contains("against voting twice in one term after a crash"), "\(run)")
    let fields = SuperblockField.all(members: 1, suffix: 0).count
    #expect(lines(run).count { $0.hasPrefix("          against ") } == fields, "\(run)")
  }

  @Test func copyZeroDestroyed() throws {
    let file = try LoadedFile()
    file.storage.zero(0..<16384)
    let run = try inspect(file)
    #expect(run.exit == 10 && run.outputText.contains("every byte is zero"), "\(run)")
    #expect(run.outputText.contains("  .|||  term"), "\(run)")
  }

  @Test func noQuorum() throws {
    let file = try LoadedFile()
    for copy in 0..<3 { file.storage.zero(file.home(copy)..<file.home(copy) + 16384) }
    let run = try inspect(file)
    #expect(run.exit == 14 && run.outputText.contains("refused: superblock-quorum-lost"), "\(run)")
    #expect(run.outputText.contains("  ...|  term"), "\(run)")
    file.storage.zero(file.home(3)..<file.home(3) + 16384)
    let none = try inspect(file)
    #expect(none.exit == 14 && none.outputText.contains("superblock-not-found"), "\(none)")
    #expect(none.outputText.contains("no superblock to show here"), "\(none)")
    let copy = try inspect(file, "--copy", "2")
    #expect(copy.exit == 14 && copy.errorText.contains("--scan"), "\(copy)")
  }
}
