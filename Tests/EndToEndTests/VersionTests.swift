import MKraftFormat
import Testing

@Suite struct VersionTests {
  @Test func namesEveryVersion() throws {
    let run = try Run.tool("--version")
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let lines = run.outputText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.count == 4, "\(run)")
    #expect(lines.first == ["mkraft-ctl", FormatVersion.tool], "\(run)")
    #expect(lines.contains(["data", "file", "format", "\(FormatVersion.dataFile)"]), "\(run)")
    #expect(lines.contains(["protocol", "\(FormatVersion.protocolVersion)"]), "\(run)")
    let commit = try #require(lines.first { $0.first == "commit" }?.last)
    #expect(commit == "unknown" || (commit.count == 40 && commit.allSatisfy(\.isHexDigit)), "\(run)")
  }

  @Test func speaksJSON() throws {
    let run = try Run.tool("--version", "--output", "ndjson")
    #expect(run.exit == 0, "\(run)")
    let prefix =
      #"{"schema":"mkraft-ctl-version","schema_version":1,"tool_version":"\#(FormatVersion.tool)","commit":""#
    #expect(run.outputText.hasPrefix(prefix) && run.outputText.hasSuffix("}\n"), "\(run)")
  }
}
