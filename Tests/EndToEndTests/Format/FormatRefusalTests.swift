import Glibc
import SystemPackage
import Testing

/// Names and places where no file can be made: a clear message with the path, the right code, and nothing written.
@Suite struct FormatRefusalTests {
  private func format(_ path: FilePath, _ more: String...) throws -> Run {
    try Run.tool(["format", path.string] + FormatTests.small + more)
  }

  @Test func replacesNothing() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.file("file", [1, 2, 3])
    let empty = try directory.file("empty")
    let dangling = try directory.link("dangling", to: "nowhere")
    let link = try directory.link("link", to: file)
    let fifo = directory["fifo"]
    #expect(unsafe fifo.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
    let names = directory.names
    for path in [file, empty, dangling, link, fifo, directory.path, "/dev/null", "/dev/full", "/"] {
      for more in [[], ["--if-missing"], ["--dry-run"]] {
        let run = try Run.tool(["format", path.string] + FormatTests.small + more)
        #expect(run.exit == 73 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.hasPrefix("mkraft-ctl: \(path): it exists already"), "\(run)")
      }
    }
    #expect(directory.names == names)
    #expect(try Stat(file).size == 3)
  }

  @Test func needsADirectory() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.file("file")
    let long = String(repeating: "x", count: 300)
    for path in [directory["missing"].appending("f"), file.appending("f"), directory[long]] {
      let run = try format(path)
      #expect(run.exit == 73 && run.errorText.contains(path.string), "\(run)")
    }
    let empty = try format("")
    #expect(empty.exit == 73, "\(empty)")
    #expect(directory.names == ["file"])
  }

  /// Filesystems of the kernel's own take no files, not even root's.
  @Test func needsPermission() throws {
    for path in ["/proc/mkraft-e2e", "/sys/mkraft-e2e"] as [FilePath] {
      let run = try format(path)
      #expect(run.exit == 73 || run.exit == 77, "\(run)")
      #expect(run.errorText.contains(path.string), "\(run)")
      #expect((try? Stat(path)) == nil)
    }
    guard geteuid() != 0 else { return }
    let directory = try TemporaryDirectory()
    #expect(unsafe directory.path.withPlatformString { unsafe chmod($0, 0o500) } == 0)
    let run = try format(directory["f"])
    #expect(run.exit == 77 && run.errorText.contains("Permission denied"), "\(run)")
  }

  /// A limit of file sizes is like a full disk: it strikes when the space is reserved.
  @Test func needsRoom() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"].string
    for more in [[], ["--no-prewrite"]] {
      let run = try Run.shell(#"ulimit -f 2048; exec "$0" "$@""#, ["format", path] + FormatTests.small + more)
      #expect(run.exit == 73 && run.errorText.contains(path), "\(run)")
      #expect(run.errorText.contains("EFBIG") || run.errorText.contains("ENOSPC"), "\(run)")
      #expect(directory.names.isEmpty)
    }
  }

  /// Whole or not at all, wherever the signal strikes.
  @Test func leavesNothingWhenKilled() throws {
    let directory = try TemporaryDirectory()
    let identity = ["--cluster", "c1", "--replica", "0", "--replica-count", "1", "--slots", "64", "--sessions", "2"]
    for milliseconds in [0, 4, 8, 16, 32, 64, 128] as [UInt32] {
      let path = directory["f\(milliseconds)"].string
      let child = try ChildProcess([Run.builtTool.string, "format", path] + identity)
      usleep(milliseconds * 1000)
      child.send(SIGKILL)
      let run = try child.finish()
      #expect(run.signal == SIGKILL || run.exit == 0, "\(run)")
      guard (try? Stat(FilePath(path))) != nil else {
        #expect(run.exit == nil, "\(run)")
        continue
      }
      let again = try Run.tool(["format", path, "--if-missing"] + identity)
      #expect(again.exit == 0 && again.outputText.hasPrefix("unchanged"), "\(again)")
    }
  }
}
