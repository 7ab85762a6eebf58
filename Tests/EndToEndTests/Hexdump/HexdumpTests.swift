import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct HexdumpTests {
  private func loaded(_ damage: (LoadedFile) -> Void = { _ in }) throws -> SavedFile {
    let file = try LoadedFile([[1, 2, 3], [UInt8](repeating: 0x1B, count: 5000)])
    damage(file)
    let directory = try TemporaryDirectory()
    return SavedFile(directory: directory, path: try file.save(in: directory, as: "f"))
  }

  /// Slot 3 has op 3, whose body is the bytes 1, 2 and 3; the prepare ring begins at 3 MiB, slots are of 8 KiB.
  @Test func showsFieldsAndChecksums() throws {
    let file = try loaded()
    let run = try Run.tool("hexdump", file.path.string, "--slot", "3", "--length", "264")
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let lines = run.outputText.split(separator: "\n").map(String.init)
    let op = "  00000000306098  +152      03 00 00 00 00 00 00 00                         |........|          op = 3"
    #expect(lines.contains(op), "\(run)")
    let body =
      "  00000000306100  +256      01 02 03                                        |...|               body = 3 bytes"
    #expect(lines.contains(body), "\(run)")
    #expect(lines.contains("  *") && lines.contains { $0.hasSuffix("kind = prepare (2)") }, "\(run)")
    #expect(lines.contains("  and 7928 bytes more: shown with a larger --length"), "\(run)")
    let table = lines.drop { $0 != "Checksums" }.dropFirst(2).prefix(2).map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(
      table.map { Array($0.prefix(4)) } == [
        ["checksum", "prepare", "+16..<256", "right"], ["body_checksum", "prepare-body", "+256..<259", "right"],
      ], "\(run)")
    #expect(run.outputText.hasSuffix("mkraft-ctl explain --slot 3 \(file.path.string)\n"), "\(run)")
    #expect(!lines.contains { $0.hasSuffix(" ") }, "no line ends in spaces")
  }

  @Test func showsWhichChecksumIsWrong() throws {
    let file = try loaded { $0.storage.flipBit(at: 8 * ($0.geometry.prepareOffset(slot: 3) + 257)) }
    let run = try Run.tool("hexdump", file.path.string, "--slot", "3", "--length", "1")
    #expect(run.exit == 0 && run.outputText.contains("checksum       prepare       +16..<256   right"), "\(run)")
    #expect(run.outputText.contains("body_checksum  prepare-body  +256..<259  wrong"), "\(run)")
    // The header ring has another copy of the header.
    let ring = try Run.tool("hexdump", file.path.string, "--slot", "3", "--ring", "headers")
    #expect(ring.exit == 0 && ring.outputText.contains("header ring") && !ring.outputText.contains("wrong"), "\(ring)")
  }

  /// A long run of equal lines is two lines and a star; bytes of the file never reach the terminal as they are.
  @Test func collapsesAndEscapes() throws {
    let file = try loaded()
    let before = try readAll(file.path)
    let run = try Run.tool("hexdump", file.path.string, "--slot", "4", "--length", "1M")
    #expect(run.exit == 0 && !run.output.contains(0x1B), "\(run)")
    #expect(run.output.count { $0 == UInt8(ascii: "\n") } < 60, "\(run)")
    #expect(try readAll(file.path) == before && file.directory.names == ["f"], "reading writes nothing")
  }

  @Test func cutAndDamagedStructures() throws {
    let file = try loaded { $0.storage.truncate(to: $0.home(3) + 100) }
    let cut = try Run.tool("hexdump", file.path.string, "--superblock", "3")
    #expect(cut.exit == 12 && cut.outputText.contains("MKRAFTDF") && cut.outputText.contains("?? ??"), "\(cut)")
    #expect(cut.outputText.contains("unverifiable"), "\(cut)")
    let block = try Run.tool("hexdump", file.path.string, "--block", "1")
    #expect(block.exit == 12 && block.outputText.contains("the file ends before it"), "\(block)")
    // Copy 0 is where every file begins, whatever stands there.
    let directory = try TemporaryDirectory()
    let other = try directory.file("other", [UInt8](repeating: 0x41, count: 40_000))
    let foreign = try Run.tool("hexdump", other.string, "--superblock", "0")
    #expect(foreign.exit == 0 && foreign.outputText.contains("wrong"), "\(foreign)")
    #expect(try Run.tool("hexdump", other.string, "--slot", "0").exit == 65)
    let empty = try Run.tool("hexdump", directory.file("empty").string, "--superblock", "0")
    #expect(empty.exit == 12 && empty.outputText.contains("not there"), "\(empty)")
  }

  @Test func wrongUsageConcludesNothing() throws {
    let file = try loaded()
    let wrong: [[String]] = [
      [file.path.string], [file.path.string, "--slot", "1", "--block", "1"], [file.path.string, "--slot", "64"],
      [file.path.string, "--reply", "2"], [file.path.string, "--block", "0"],
      [file.path.string, "--slot", "1", "--ring", "x"],
      [file.path.string, "--slot", "-1"], [file.path.string, "--slot", "1", "--length", "x"],
    ]
    for arguments in wrong {
      let run = try Run.tool(["hexdump"] + arguments)
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
  }
}
