import Glibc
import SystemPackage
import Testing

@Suite struct VerifyTests {
  /// A freshly formatted small file of the test's own.
  private func formatted(_ directory: TemporaryDirectory, _ name: String = "data.mkraft") throws -> FilePath {
    let path = directory[name]
    let run = try Run.tool(["format", path.string] + FormatTests.small)
    #expect(run.exit == 0, "\(run)")
    return path
  }

  private func overwrite(_ path: FilePath, at offset: Int64, _ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(path, .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: offset, bytes) }
  }

  @Test func aFreshFileIsSound() throws {
    let directory = try TemporaryDirectory()
    let path = try formatted(directory)
    for more in [[], ["--cached"], ["--zone", "wal"]] {
      let run = try Run.tool(["verify-checksums", path.string] + more)
      #expect(run.exit == 0 && run.errors.isEmpty && run.outputText.contains("sound (0)"), "\(run)")
    }
    let quiet = try Run.tool("verify-checksums", path.string, "--quiet")
    #expect(quiet.exit == 0 && quiet.output.isEmpty && quiet.errors.isEmpty, "\(quiet)")
    #expect(directory.names == ["data.mkraft"])
  }

  @Test func namesWhatIsDamaged() throws {
    let directory = try TemporaryDirectory()
    let path = try formatted(directory)
    try overwrite(path, at: 100, [1, 2, 3])
    try overwrite(path, at: 20000, [7])
    let run = try Run.tool("verify-checksums", path.string)
    #expect(run.exit == 10, "\(run)")
    #expect(run.outputText.contains("superblock-copy-damaged") && run.outputText.contains("gap-not-zero"), "\(run)")
    let quiet = try Run.tool("verify-checksums", path.string, "--quiet")
    #expect(quiet.exit == 10 && quiet.outputText.split(separator: "\n").count == 1, "\(quiet)")
    let json = try Run.tool("verify-checksums", path.string, "--output", "ndjson")
    #expect(json.exit == 10 && json.outputText.contains(#""schema":"mkraft-ctl-verify-checksums""#), "\(json)")
    #expect(json.outputText.contains(#""name":"gap-not-zero","severity":"warning","exit_code":10"#), "\(json)")
    #expect(json.outputText.contains(#""offset":"20000","byte_count":"1","expected":"0","actual":"7""#), "\(json)")
  }

  @Test func theWorstOfAllFilesCounts() throws {
    let directory = try TemporaryDirectory()
    let sound = try formatted(directory, "a")
    let damaged = try formatted(directory, "b")
    try overwrite(damaged, at: 20000, [7])
    let run = try Run.tool("verify-checksums", sound.string, damaged.string)
    #expect(
      run.exit == 10 && run.outputText.contains(sound.string) && run.outputText.contains(damaged.string), "\(run)")
    let missing = try Run.tool("verify-checksums", sound.string, directory["no"].string, damaged.string)
    #expect(missing.exit == 66 && missing.errorText == "mkraft-ctl: \(directory["no"]): no such file\n", "\(missing)")
    #expect(missing.outputText.contains("gap-not-zero"), "the other files are verified all the same: \(missing)")
  }

  @Test func refusesWrongUsage() throws {
    let directory = try TemporaryDirectory()
    let path = try formatted(directory).string
    for arguments in [[], [path, "--zone", "nowhere"], [path, "--max-errors", "-1"], [path, "--max-errors", "x"]] {
      let run = try Run.tool(["verify-checksums"] + arguments)
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
  }

  @Test func tellsProgressToMachines() throws {
    let directory = try TemporaryDirectory()
    let run = try Run.tool("verify-checksums", try formatted(directory).string, "--progress", "json")
    #expect(run.exit == 0 && run.errorText.contains(#""finished":true"#), "\(run)")
  }

  /// A cut file: whatever its length, an answer with the right kind of code and no trap. Of the first superblock copy alone the
  /// header at its checkpoint still validates, so the file is ours.
  @Test func judgesAFileOfAnyLength() throws {
    let directory = try TemporaryDirectory()
    let path = try formatted(directory)
    let size = try Stat(path).size
    #expect(size > 1 << 20)
    for length in [size + 1, size - 1, size - (1 << 20), size / 2, 1 << 20, 16384, 16383, 4096, 512, 1] {
      #expect(unsafe path.withPlatformString { unsafe truncate($0, off_t(length)) } == 0)
      let run = try Run.tool("verify-checksums", path.string, "--output", "json")
      let expected: Set<Int32> = length > size ? [10] : length < 1536 ? [65] : [11, 13, 14]
      #expect(run.exit.map { expected.contains($0) } == true, "\(length): \(run)")
    }
  }
}
