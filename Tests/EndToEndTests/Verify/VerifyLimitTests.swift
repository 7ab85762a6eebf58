import Glibc
import SystemPackage
import Testing

/// `verify-checksums` that ends before it has read everything: by a limit, by a signal, because nobody listens.
@Suite struct VerifyLimitTests {
  private let directory: TemporaryDirectory
  private let path: FilePath

  init() throws {
    directory = try TemporaryDirectory()
    path = directory["data.mkraft"]
    let run = try Run.tool(["format", path.string] + FormatTests.small)
    #expect(run.exit == 0, "\(run)")
  }

  private func verify(_ arguments: String...) throws -> Run {
    try Run.tool(["verify-checksums", path.string] + arguments)
  }

  private func overwrite(at offset: Int64, _ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(path, .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: offset, bytes) }
  }

  @Test func aLimitIsIncomplete() throws {
    let run = try verify("--max-bytes", "1M")
    #expect(run.exit == 12 && run.outputText.contains("incomplete (12)"), "\(run)")
    #expect(run.outputText.contains("verification-incomplete") && run.outputText.contains("not checked"), "\(run)")
    let json = try verify("--max-bytes", "1M", "--output", "ndjson")
    #expect(json.exit == 12 && json.outputText.contains(#""stopped":"byte-limit""#), "\(json)")
    #expect(json.outputText.contains(#""unchecked":[{"part":""#), "\(json)")
    let time = try verify("--max-time", "1ms", "--max-read-rate", "1K/s", "--output", "ndjson")
    #expect(time.exit == 12 && time.outputText.contains(#""stopped":"time-limit""#), "\(time)")
    let quiet = try verify("--max-bytes", "1M", "--quiet")
    #expect(quiet.exit == 12 && quiet.outputText.split(separator: "\n").count == 1, "\(quiet)")
    let roomy = try verify("--max-bytes", "1G", "--max-time", "1h", "--max-read-rate", "100G")
    #expect(roomy.exit == 0 && !roomy.outputText.contains("not checked"), "\(roomy)")
  }

  @Test func whatWasFoundIsTold() throws {
    try overwrite(at: 100, [1, 2, 3])
    let run = try verify("--max-bytes", "1M")
    #expect(run.exit == 12 && run.outputText.contains("superblock-copy-damaged"), "\(run)")
  }

  @Test func refusesWrongLimits() throws {
    for arguments in [
      ["--max-read-rate", "0"], ["--max-read-rate", "fast"], ["--max-time", "soon"], ["--max-time", "0"],
      ["--max-time", "99999999999999999999d"], ["--max-bytes", "-1"], ["--resume"],
    ] {
      let run = try Run.tool(["verify-checksums", path.string] + arguments)
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
    let two = try Run.tool("verify-checksums", path.string, path.string, "--resume", directory["state"].string)
    #expect(two.exit == 64 && directory.names == ["data.mkraft"], "\(two)")
  }

  /// A run that a signal ends tells what it has found. The rate is so low that it cannot end by itself.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalIsAnswered(_ signal: Int32) throws {
    let exit: Int32 = signal == SIGINT ? 130 : 143
    let state = directory["state"].string
    let child = try ChildProcess([
      Run.builtTool.string, "verify-checksums", path.string, "--max-read-rate", "1", "--output", "ndjson", "--resume",
      state,
      "--progress", "json",
    ])
    // Until its handler stands, the signal would end it at once.
    #expect(try Run.shell("sleep 0.3", []).exit == 0)
    child.send(signal)
    let run = try child.finish()
    #expect(run.exit == exit, "\(run)")
    #expect(
      run.outputText.contains(#""stopped":"interrupted""#) && run.outputText.contains(#""exit":{"code":\#(exit)"#),
      "\(run)")
    #expect(run.outputText.contains(#""name":"verification-incomplete""#), "\(run)")
    // What is left is read from there.
    let rest = try verify("--resume", state)
    #expect(rest.exit == 0 && rest.outputText.contains("resumed") && rest.errors.isEmpty, "\(rest)")
    #expect(directory.names == ["data.mkraft"], "a state that is used up goes")
  }

  /// Swift's runtime would print a backtrace, and the command would go on to call the file sound.
  @Test(
    .enabled(
      if: !VerifyLimitTests.isQuitIgnored, "the tests run as a background job of a shell, and the tool inherits that"))
  func quitEndsItAtOnce() throws {
    let child = try ChildProcess([Run.builtTool.string, "verify-checksums", path.string, "--max-read-rate", "1"])
    #expect(try Run.shell("sleep 0.3", []).exit == 0)
    child.send(SIGQUIT)
    let run = try child.finish()
    #expect(run.exit != 0 && run.output.isEmpty && run.errors.isEmpty, "\(run)")
  }

  static var isQuitIgnored: Bool {
    var action = sigaction()
    unsafe sigaction(SIGQUIT, nil, &action)
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Part by part to the end: the verdict is of the whole.
  @Test func resumesUntilNothingIsLeft() throws {
    try overwrite(at: 20000, [7])
    let state = directory["state"].string
    let whole = try verify("--output", "ndjson")
    var run = try verify("--max-bytes", "100K", "--resume", state, "--output", "ndjson")
    var parts = 1
    while run.exit == 12, parts < 1000 {
      #expect(directory.names == ["data.mkraft", "state"], "nothing else is left: \(directory.names)")
      run = try verify("--max-bytes", "100K", "--resume", state, "--output", "ndjson")
      parts += 1
    }
    #expect(run.exit == 10 && parts > 2, "\(parts): \(run)")
    #expect(bytes(run) == bytes(whole) && run.outputText.contains(#""name":"gap-not-zero""#), "\(run)")
    #expect(directory.names == ["data.mkraft"])
  }

  private func bytes(_ run: Run) -> Substring? {
    let text = run.outputText
    guard let start = text.firstRange(of: "\"bytes\":{") else { return nil }
    return text[start.lowerBound...].firstRange(of: "]}").map { text[start.lowerBound..<$0.upperBound] }
  }

  @Test func aStaleStateStartsOverAndSaysSo() throws {
    let state = directory["state"].string
    #expect(try verify("--max-bytes", "100K", "--resume", state).exit == 12)
    let replica = try RunningReplica(path)
    #expect(try replica.stop().exit == 0)
    let run = try verify("--resume", state)
    #expect(
      run.exit == 0 && run.errorText.contains("--resume starts over: it is of the file at superblock sequence"),
      "\(run)")
    #expect(directory.names == ["data.mkraft"])
  }

  /// A file of another kind is never replaced.
  @Test func leavesOtherFilesAlone() throws {
    let other = try directory.file("precious", Array("do not touch".utf8))
    let run = try verify("--max-bytes", "100K", "--resume", other.string)
    #expect(run.exit == 64 && run.output.isEmpty && run.errorText.contains("left as it is"), "\(run)")
    #expect(try readAll(other) == Array("do not touch".utf8))
    let nowhere = try verify("--max-bytes", "100K", "--resume", directory["no/state"].string)
    #expect(nowhere.exit == 74 && nowhere.outputText.contains("incomplete (12)"), "\(nowhere)")
  }

  /// Whoever closes the output gets no verdict, and no complaint.
  @Test func aClosedOutputIsAQuietEnd() throws {
    // The reader is gone before the first write.
    let script = #"{ sleep 0.3; "$0" verify-checksums "$1" --cached; echo "exit $?" >&2; } | true"#
    let run = try Run.shell(script, [path.string])
    #expect(run.errorText == "exit 12\n", "\(run)")
  }

  /// Codes of several files: the highest; one line a file.
  @Test func severalFilesAreOneVerdict() throws {
    let damaged = directory["b.mkraft"]
    #expect(try Run.tool(["format", damaged.string] + FormatTests.small).exit == 0)
    let file = try FileDescriptor.open(damaged, .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: 20000, [7]) }
    let run = try Run.tool("verify-checksums", path.string, damaged.string, "--quiet")
    #expect(run.exit == 10 && run.outputText.split(separator: "\n").count == 1, "\(run)")
    #expect(run.outputText.hasPrefix(damaged.string) && run.errors.isEmpty, "\(run)")
    // The limit is for all of them together.
    let limited = try Run.tool("verify-checksums", path.string, damaged.string, "--max-bytes", "1", "--quiet")
    #expect(limited.exit == 12 && limited.outputText.split(separator: "\n").count == 2, "\(limited)")
  }
}
