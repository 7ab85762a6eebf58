import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct SuperblockRawTests {
  @Test func aCopyAsItStands() throws {
    let directory = try TemporaryDirectory()
    let file = try LoadedFile()
    file.storage.flipBit(at: 8 * (file.home(2) + 9000))
    let path = try file.save(in: directory, as: "f")
    let bytes = try readAll(path)
    for copy in 0..<Superblock.copyCount {
      let run = try Run.tool("inspect-superblock", path.string, "--raw", "--copy", "\(copy)")
      let start = Int(file.home(copy))
      #expect(run.exit == 10 && run.output == Array(bytes[start..<start + 16384]))
    }
    let json = try Run.tool("inspect-superblock", path.string, "--raw", "--output", "ndjson")
    #expect(json.exit == 10 && json.outputText.count > 8 * 16384)
    #expect(json.outputText.contains(#""raw":""#))
    let without = try Run.tool("inspect-superblock", path.string, "--raw")
    #expect(without.exit == 64 && without.output.isEmpty && without.errorText.contains("--copy K"), "\(without)")
  }

  @Test func valuesStandBesideInvariants() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile().save(in: directory, as: "f")
    let run = try Run.tool("inspect-superblock", path.string)
    #expect(run.outputText.contains("ok  log-term-at-most-term"), "\(run)")
    let line = run.outputText.split(separator: "\n").first { $0.contains("log-term-at-most-term") }
    #expect(line?.contains("log_term 1, term 1") == true, "\(run)")
    let json = try Run.tool("inspect-superblock", path.string, "--output", "ndjson")
    #expect(json.outputText.contains(#""values_of_place":0,"values":{"log_term":"1","term":"1"}"#), "\(json)")
  }
}
