import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// `--geometry` and `--like`: what no superblock copy holds, supplied from outside.
@Suite struct SuppliedOptionsTests {
  private static let spec = "slots=64,message-size=8K,sessions=2"
  private static let commands = [
    ["inspect-superblock"], ["dump-wal"], ["verify-checksums", "--cached"], ["status"], ["map"],
  ]

  private func wiped() throws -> LoadedFile {
    let file = try LoadedFile()
    for copy in 0..<Superblock.copyCount { file.storage.zero(file.home(copy)..<file.home(copy) + 16384) }
    return file
  }

  @Test func everyCommandReadsOnAndSaysWhatWasSupplied() throws {
    let directory = try TemporaryDirectory()
    let path = try wiped().save(in: directory, as: "wiped")
    let other = try LoadedFile().save(in: directory, as: "other")
    for command in Self.commands {
      for supply in [["--geometry", Self.spec], ["--like", other.string]] {
        let text = try Run.tool(command + [path.string] + supply)
        #expect(text.exit == 14 && text.outputText.contains("superblock-not-found"), "\(text)")
        #expect(text.outputText.contains(supply[0] == "--like" ? "/other, sequence 2" : "of --geometry"), "\(text)")
        let json = try Run.tool(command + [path.string, "--output", "json"] + supply)
        #expect(json.exit == 14 && json.errors.isEmpty, "\(json)")
        if command[0] == "inspect-superblock" {
          #expect(json.outputText.contains(#""geometry_from": "supplied""#), "\(json)")
          #expect(json.outputText.contains(#""offset": "4194304""#), "the home of copy 2: \(json)")
        } else {
          #expect(json.outputText.contains(#""slot_count": 64"#), "\(json)")
          #expect(json.outputText.contains(#""head_op": "2""#), "\(json)")
          #expect(json.outputText.contains(#""identity": null"#), "\(json)")
        }
      }
    }
    #expect(directory.names == ["other", "wiped"])
  }

  @Test func withoutItTheWayOnIsNamed() throws {
    let directory = try TemporaryDirectory()
    let path = try wiped().save(in: directory, as: "wiped")
    for command in [["dump-wal"], ["inspect-superblock"], ["map"]] {
      let run = try Run.tool(command + [path.string])
      #expect(run.exit == 14 && (run.errorText + run.outputText).contains("--geometry or --like"), "\(run)")
    }
  }

  /// A file that tells its own geometry is not read by another, not even if only one misplaced copy tells.
  @Test func whatACopySaysIsNotContradicted() throws {
    let directory = try TemporaryDirectory()
    let stray = try LoadedFile()
    stray.storage.copy(stray.home(1)..<stray.home(1) + 16384, to: stray.home(2))
    for copy in [0, 1, 3] { stray.storage.zero(stray.home(copy)..<stray.home(copy) + 16384) }
    for (name, file) in [("sound", try LoadedFile()), ("stray", stray)] {
      let path = try file.save(in: directory, as: name)
      for command in Self.commands {
        let run = try Run.tool(command + [path.string, "--geometry", "slots=128,message-size=8K,sessions=2"])
        #expect(run.exit == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.contains("slot_count is 64, not 128"), "\(run)")
        #expect(run.errorText.contains(name == "sound" ? "copy 0 at byte 0" : "copy 1 at byte 4194304"), "\(run)")
      }
      let same = try Run.tool("dump-wal", path.string, "--geometry", Self.spec)
      #expect(same.exit == (name == "sound" ? 0 : 14), "\(same)")
    }
  }

  @Test func wrongUsage() throws {
    let directory = try TemporaryDirectory()
    let path = try wiped().save(in: directory, as: "wiped")
    let wrong: [([String], Int32, String)] = [
      (["--geometry", "slots"], 64, "NAME=NUMBER"), (["--geometry", "slot=64"], 64, "the names are io-unit"),
      (["--geometry", "slots=many"], 64, "NAME=NUMBER"), (["--geometry", "slots=64,slots=64"], 64, "twice"),
      (["--geometry", "slots=63"], 64, "slot_count is 64 to 1048576"),
      (["--geometry", Self.spec, "--like", path.string], 64, "one of them"),
      (["--like", path.string], 66, "no superblock copy stands in the file that --like names"),
      (["--like", directory["missing"].string], 66, "missing"),
    ]
    for (arguments, code, words) in wrong {
      let run = try Run.tool(["dump-wal", path.string] + arguments)
      #expect(run.exit == code && run.errorText.contains(words), "\(run)")
    }
  }
}
