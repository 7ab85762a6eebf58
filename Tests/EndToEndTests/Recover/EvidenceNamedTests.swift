import MKraftFormat
import SystemPackage
import Testing

/// Evidence is for `recover plan` alone: every other command says what it is, and shows nothing of it as if it were a data file.
@Suite struct EvidenceNamedTests {
  private static let words =
    "it is evidence of data files, collected by mkraft-ctl, made by 'recover collect' for 'recover plan', and no data file"

  private func collected(_ file: SmallFile) throws -> String {
    let evidence = file.directory["evidence"].string
    let run = try Run.tool("recover", "collect", file.path.string, "--to", evidence)
    #expect(run.exit == 0, "\(run)")
    return evidence
  }

  @Test func noReadingCommandTakesItForADataFile() throws {
    let file = try SmallFile()
    let evidence = try collected(file)
    let before = try readAll(FilePath(evidence))
    for command in [
      ["status", evidence], ["verify-checksums", evidence], ["inspect-superblock", evidence], ["dump-wal", evidence],
      ["map", evidence], ["hexdump", evidence, "--superblock", "0"], ["explain", evidence, "--slot", "1"],
      ["diff", file.path.string, evidence], ["drill", evidence],
      ["image", evidence, "--to", file.directory["x"].string],
      ["recover", "collect", evidence, "--to", file.directory["x"].string],
    ] {
      let run = try Run.tool(command)
      #expect(run.exit == 65 && run.errorText.contains(Self.words), "\(run)")
      #expect(run.errorText.contains("\(evidence): "), "\(run)")
      #expect(!run.errorText.contains("not-our-format") && !run.errorText.contains("nothing was written"), "\(run)")
      #expect(run.errorText.contains("mkraft-ctl recover plan --to \(evidence).recovery \(evidence)"), "\(run)")
    }
    // The item is all that is missing.
    let item = try Run.tool("explain", evidence)
    #expect(item.exit == 64 && item.errorText.contains("name the item"), "\(item)")
    #expect(try readAll(FilePath(evidence)) == before && file.directory.names == ["evidence", "f"])
    #expect(try Run.tool("recover", "plan", evidence).exit == 0)
  }

  /// What is damaged in it is no damage of a data file.
  @Test func damagedEvidenceIsNamedToo() throws {
    let file = try SmallFile()
    var bytes = try readAll(FilePath(collected(file)))
    bytes[3] ^= 1
    let damaged = try file.directory.file("damaged", bytes).string
    for command in ["status", "verify-checksums"] {
      let run = try Run.tool(command, damaged)
      #expect(run.exit == 65 && run.errorText.contains("whose header is damaged; collect it again"), "\(run)")
    }
  }

  @Test func itIsNoSourceOfARepair() throws {
    let file = try SmallFile()
    let evidence = try collected(file)
    try file.overwrite(at: try file.superblock().geometry.offset(of: .superblock(1)), with: [1, 2, 3])
    let before = try file.bytes()
    for option in ["--backup", "--peer"] {
      let run = try Run.tool("repair", file.path.string, option, evidence)
      #expect(run.exit == 65 && run.errorText.contains(Self.words), "\(run)")
      #expect(run.errorText.contains("\(evidence): "), "\(run)")
    }
    #expect(try file.bytes() == before)
  }

  /// An image can be looked at; a drill begins with what a replica can be started on.
  @Test func aDrillSaysThatAnImageIsNoDataFile() throws {
    let file = try SmallFile()
    let (image, whole) = (file.directory["image"].string, file.directory["whole"].string)
    #expect(try Run.tool("image", file.path.string, "--to", image).exit == 0)
    #expect(try Run.tool("image", file.path.string, "--with-payloads", "--to", whole).exit == 0)
    for path in [image, whole] {
      let run = try Run.tool("drill", path, "--scratch", file.directory.path.string)
      let words = "it is an image of a data file, made by mkraft-ctl, and a drill begins with a data file; name"
      #expect(run.exit == 65 && run.output.isEmpty && run.errorText.contains(words), "\(run)")
      #expect(try Run.tool("status", path).exit == 0)
    }
    #expect(file.directory.names == ["f", "image", "whole"])
  }
}
