import Glibc
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// What the two commands make of inputs that are no sound data file: a clear message, the right code, nothing written.
@Suite struct InspectionInputTests {
  private static let commands = ["inspect-superblock", "dump-wal"]

  @Test func noSuchInput() throws {
    let directory = try TemporaryDirectory()
    let dangling = try directory.link("dangling", to: "nowhere")
    let loop = directory["loop"]
    #expect(unsafe loop.withPlatformString { unsafe symlink("loop", $0) } == 0)
    let fifo = directory["fifo"]
    #expect(unsafe fifo.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
    let names = directory.names
    let inputs: [FilePath] = [directory["missing"], dangling, loop, fifo, directory.path, "/dev/null", "/dev/zero"]
    for command in Self.commands {
      for input in inputs {
        for format in ["text", "json"] {
          let run = try Run.tool([command, input.string, "--output", format])
          #expect(run.exit == 66, "\(run)")
          #expect(run.errorText.hasPrefix("mkraft-ctl: \(input): "), "\(run)")
          #expect((format == "json") == run.outputText.contains(#""schema": "mkraft-ctl-error""#), "\(run)")
        }
      }
    }
    #expect(directory.names == names)
  }

  @Test func otherFiles() throws {
    let directory = try TemporaryDirectory()
    var generator = SystemRandomNumberGenerator()
    let inputs = [
      try directory.file("empty"), try directory.file("short", [1, 2, 3]),
      try directory.file("zeros", [UInt8](repeating: 0, count: 3_000_000)),
      try directory.file("random", (0..<1_200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }),
      try directory.file("text", Array(String(repeating: "not a data file\n", count: 10_000).utf8)),
    ]
    for command in Self.commands {
      for input in inputs {
        let run = try Run.tool([command, input.string])
        #expect(run.exit == 65 && run.errorText.contains(input.string), "\(run)")
        #expect(run.errorText.contains("not-our-format"), "\(run)")
      }
    }
  }

  @Test func cutShort() throws {
    let directory = try TemporaryDirectory()
    let file = try LoadedFile()
    // Within copy 0, of which a whole log header is left; with no copy but 0; within the prepare ring; a byte short.
    for (length, code) in [(8192, 14), (1 << 20, 14), (Int(file.home(2)) - 100, 11), (Int(file.home(3)) + 16383, 11)] {
      let short = try LoadedFile()
      short.storage.truncate(to: UInt64(length))
      let path = try short.save(in: directory, as: "cut\(length)")
      let run = try Run.tool(["inspect-superblock", path.string])
      #expect(run.exit == Int32(code), "\(length): \(run)")
      let dump = try Run.tool(["dump-wal", path.string])
      #expect((dump.exit ?? 0) >= 10, "\(length): \(dump)")
    }
  }

  @Test func wrongUsage() throws {
    let wrong: [[String]] = [
      ["inspect-superblock"], ["inspect-superblock", "x", "--copy", "4"], ["inspect-superblock", "x", "--copy", "-1"],
      ["dump-wal"], ["dump-wal", "x", "--op", "5..3"], ["dump-wal", "x", "--op", ".."], ["dump-wal", "x", "--op", "a"],
      ["dump-wal", "x", "--client", "xyz"], ["dump-wal", "x", "--operation", "256"],
      ["dump-wal", "x", "--state", "odd"],
      ["dump-wal", "x", "--payload", "all"],
    ]
    for arguments in wrong {
      let run = try Run.tool(arguments)
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
  }

  /// Nothing is written to the file or beside it.
  @Test func leavesNoTrace() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile().save(in: directory, as: "f")
    #expect(unsafe path.withPlatformString { unsafe chmod($0, 0o400) } == 0)
    let before = try Stat(path)
    for command in Self.commands { #expect(try Run.tool([command, path.string]).exit == 0) }
    let after = try Stat(path)
    #expect(before.size == after.size && directory.names == ["f"])
    #expect(before.st_mtim.tv_sec == after.st_mtim.tv_sec && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)
  }

  @Test func namesCannotPlayTricksOnATerminal() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile().save(in: directory, as: "a\u{1B}[2Jb\nc")
    for command in Self.commands {
      for format in ["text", "json", "ndjson"] {
        let run = try Run.tool([command, path.string, "--output", format])
        #expect(run.exit == 0 && !run.output.contains(0x1B) && !run.errors.contains(0x1B), "\(run)")
      }
    }
  }
}
