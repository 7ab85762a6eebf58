import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct ExplainTests {
  private func damaged() throws -> SavedFile {
    let file = try LoadedFile([[1, 2, 3]])
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 3) + 257))
    let directory = try TemporaryDirectory()
    return SavedFile(directory: directory, path: try file.save(in: directory, as: "f"))
  }

  @Test func everyFindingIsExplained() throws {
    let list = try Run.tool("explain", "--list")
    #expect(list.exit == 0 && list.errors.isEmpty)
    let names = list.outputText.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }
    #expect(names.map(String.init) == FindingKind.allCases.map(\.name))
    for kind in [FindingKind.walHeadUndecidable, .treeMiscounted, .notOurFormat] {
      let run = try Run.tool("explain", kind.name)
      #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
      let entry = kind.entry
      for text in [entry.meaning, entry.risk, entry.danger, entry.next.words] + entry.causes {
        #expect(run.outputText.contains(text), "\(run)")
      }
    }
  }

  @Test func namesNearAnUnknownOne() throws {
    let run = try Run.tool("explain", "wal-prepare-corupt")
    #expect(run.exit == 64 && run.output.isEmpty && run.errorText.contains("near it: wal-prepare-corrupt"), "\(run)")
    #expect(run.errorText.contains("next: mkraft-ctl explain wal-prepare-corrupt\n"), "\(run)")
    let nonsense = try Run.tool("explain", "\u{1B}[2J")
    #expect(nonsense.exit == 64 && !nonsense.errors.contains(0x1B), "\(nonsense)")
  }

  /// A name is a finding unless an item says that it is a file, whatever lies in the directory.
  @Test func fileOrFinding() throws {
    let file = try damaged()
    let name = FindingKind.walTailTorn.name
    _ = try file.directory.file(name, readAll(file.path))
    let script = #"cd "$1" && shift && exec "$0" "$@""#
    let finding = try Run.shell(script, [file.directory.path.string, "explain", name])
    #expect(finding.exit == 0 && finding.outputText.hasPrefix(name), "\(finding)")
    let item = try Run.shell(script, [file.directory.path.string, "explain", name, "--slot", "3"])
    #expect(item.exit == 13 && item.outputText.hasPrefix("slot 3, for op 3"), "\(item)")
    let forgotten = try Run.tool("explain", file.path.string)
    #expect(forgotten.exit == 64 && forgotten.errorText.contains("name the item"), "\(forgotten)")
    #expect(forgotten.errorText.contains("next: mkraft-ctl status"), "\(forgotten)")
  }

  @Test func tellsWhatToDoAboutASlot() throws {
    let file = try damaged()
    let before = try readAll(file.path)
    let run = try Run.tool("explain", file.path.string, "--slot", "3")
    #expect(run.exit == 13 && run.errors.isEmpty, "\(run)")
    for text in [
      "row prepare-corrupt of the recovery table: the header proves that the prepare was durable",
      "wal-prepare-corrupt  damage", "next: keep the file as it is", "mkraft-ctl repair \(file.path.string)",
    ] {
      #expect(run.outputText.contains(text), "\(text) in \(run)")
    }
    let sound = try Run.tool("explain", file.path.string, "--op", "2")
    #expect(sound.exit == 0 && sound.outputText.contains("something else needs attention"), "\(sound)")
    #expect(sound.outputText.contains("mkraft-ctl status \(file.path.string)"), "\(sound)")
    for item in [["--superblock", "2"], ["--reply", "1"], ["--block", "1"]] {
      let other = try Run.tool(["explain", file.path.string] + item)
      #expect(other.exit == 0 && other.errors.isEmpty, "\(other)")
    }
    #expect(try readAll(file.path) == before && file.directory.names == ["f"], "reading writes nothing")
  }

  @Test func wrongUsageConcludesNothing() throws {
    let file = try damaged()
    let wrong: [[String]] = [
      [], ["--slot", "3"], [file.path.string, "--slot", "3", "--block", "1"], [file.path.string, "--slot", "64"],
      [file.path.string, "--op", "1000"], [file.path.string, "--superblock", "4"], [file.path.string, "--slot", "x"],
      ["--list", "--schema"], ["--list", "wal-tail-torn"],
    ]
    for arguments in wrong {
      let run = try Run.tool(["explain"] + arguments)
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
    let missing = try Run.tool("explain", "/nonexistent", "--slot", "3")
    #expect(missing.exit == 66, "\(missing)")
  }
}
