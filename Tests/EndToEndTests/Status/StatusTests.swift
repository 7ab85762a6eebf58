import Glibc
import MKraftFormat
import SystemPackage
import Testing

@Suite struct StatusTests {
  @Test func printsTheNextCommandReadyToPaste() throws {
    let directory = try TemporaryDirectory()
    let path = directory["my data"]
    #expect(try Run.tool(["format", path.string] + FormatTests.small).exit == 0)
    let run = try Run.tool("status", path.string)
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    #expect(run.outputText.hasSuffix("  mkraft-ctl start '\(path)'\n"), "\(run)")
    #expect(run.outputText.contains("never started"), "\(run)")
    let json = try Run.tool("status", path.string, "--output", "ndjson")
    #expect(json.outputText.hasPrefix(#"{"schema":"mkraft-ctl-status","schema_version":1,"#), "\(json)")
    #expect(json.outputText.contains(#""next":"mkraft-ctl start '\#(path)'""#), "\(json)")
    #expect(directory.names == ["my data"])
  }

  /// A damaged file of any name: every command on the page does what it says when it is pasted.
  @Test func whatToDoAboutDamageIsReadyToPaste() throws {
    let file = try SmallFile()
    let geometry = try file.superblock().geometry
    try file.overwrite(at: geometry.offset(of: .superblock(1)) + 400, with: [1, 2, 3])
    try file.overwrite(at: geometry.offset(of: .superblock(2)) + 400, with: [1, 2, 3])
    try file.overwrite(at: geometry.offset(of: .superblock(3)) + 400, with: [1, 2, 3])
    for name in ["it's my data", "-dash", "a$HOME`b`\"c", "new\nline"] {
      let directory = try TemporaryDirectory()
      _ = try directory.file(name, try file.bytes())
      let page = try Run.shell(#"cd "$1" && exec "$0" status -- "$2""#, [directory.path.string, name])
      #expect(page.exit == 14, "\(page)")
      let commands = page.outputText.split(separator: "\n").filter { $0.hasPrefix("  mkraft-ctl ") }
      let words = commands.map { $0.split(separator: " ")[1] }
      #expect(words == ["inspect-superblock", "explain", "verify-checksums", "image"], "\(page)")
      for command in commands where !command.hasPrefix("  mkraft-ctl explain ") {
        // The note stands behind the command, four columns away at least.
        let arguments = command.dropFirst("  mkraft-ctl ".count).split(separator: "    ")[0]
        let script = "cd \"$1\" && shift && exec \"$0\" \(arguments)"
        let bash = try ChildProcess(["/bin/bash", "-c", script, Run.builtTool.string, directory.path.string]).finish(
          timeout: Run.timeout)
        #expect(bash.exit == 14 || command.hasPrefix("  mkraft-ctl image ") && bash.exit == 0, "\(command): \(bash)")
      }
      #expect(directory.names.contains(name + ".image"), "\(directory.names)")
      let image = try Run.shell(#"cd "$1" && exec "$0" status -- "$2""#, [directory.path.string, name + ".image"])
      #expect(image.exit == 14 && image.errorText.contains("this is an image"), "\(image)")
      #expect(!image.outputText.contains("mkraft-ctl image "), "\(image)")
    }
  }

  @Test func aMemberOfSeveralHasNothingToDoAlone() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"].string
    let more = ["--replica-count", "3", "--initial-cluster"]
    let small = FormatTests.small
    let arguments = small.indices.filter {
      small[$0] != "--replica-count" && ($0 == 0 || small[$0 - 1] != "--replica-count")
    }
    #expect(try Run.tool(["format", path] + arguments.map { small[$0] } + more).exit == 0)
    let run = try Run.tool("status", path)
    #expect(run.exit == 0 && run.outputText.contains("abstains"), "\(run)")
    #expect(run.outputText.hasSuffix("  mkraft-ctl inspect-superblock \(path)\n"), "\(run)")
  }

  /// Whatever is named instead of a data file: one line with the path and the reason, and a code that forbids to act on it.
  @Test func saysWhyAnInputIsNone() throws {
    let directory = try TemporaryDirectory()
    let fifo = directory["fifo"]
    #expect(unsafe fifo.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
    var random: [UInt8] = []
    for byte in 0..<200_000 { random.append(UInt8(truncatingIfNeeded: byte &* byte &* 31 ^ byte >> 3)) }
    let inputs: [(path: FilePath, exit: Int32, reason: String)] = [
      (directory["no"], 66, "no such file"),
      (try directory.link("dangling", to: "nowhere"), 66, "a symbolic link that leads to nothing"),
      (directory.path, 66, "it is a directory, not a regular file"),
      (fifo, 66, "it is a FIFO, not a regular file"),
      ("/dev/null", 66, "it is a character device, not a regular file"),
      (try directory.file("empty"), 65, "the file is empty"),
      (try directory.file("zero", [UInt8](repeating: 0, count: 3_000_000)), 65, "not-our-format"),
      (try directory.file("random", random), 65, "not-our-format"),
      (try directory.file("text", Array("hello\n".utf8)), 65, "not-our-format"),
      (try directory.file("x").appending("below"), 66, "Not a directory"),
    ]
    for (path, exit, reason) in inputs {
      for command in ["status", "verify-checksums"] {
        let run = try Run.tool(command, path.string)
        #expect(run.exit == exit && run.output.isEmpty, "\(run)")
        #expect(run.errorText.hasPrefix("mkraft-ctl: \(path): ") && run.errorText.contains(reason), "\(run)")
      }
    }
  }

  @Test func needsPermission() throws {
    guard geteuid() != 0 else { return }
    let directory = try TemporaryDirectory()
    let path = try directory.file("f")
    #expect(unsafe path.withPlatformString { unsafe chmod($0, 0) } == 0)
    let run = try Run.tool("status", path.string)
    #expect(run.exit == 77 && run.errorText == "mkraft-ctl: \(path): permission denied\n", "\(run)")
  }
}
