import Testing

@Suite struct UsageTests {
  @Test func wrongUsageConcludesNothing() throws {
    let wrong: [[String]] = [
      [], ["nonsense"], ["--nonsense"], ["--output", "xml", "--version"], ["format"],
      ["format", "x", "--cluster", "0", "--replica", "0", "--replica-count", "1"],
      ["format", "x", "--cluster", "xyz", "--replica", "0", "--replica-count", "1"],
      ["format", "x", "--cluster", "1", "--replica", "zero", "--replica-count", "1"],
      ["format", "x", "--cluster", "1", "--replica", "0", "--replica-count", "1", "--message-size", "1X"],
      ["repair"], ["repair", "plan", "x", "--yes"], ["recover"], ["recover", "collect", "x"],
      ["recover", "apply", "x"], ["start"],
    ]
    for arguments in wrong {
      let run = try Run.tool(arguments)
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
  }

  @Test func helpIsAnAnswer() throws {
    for arguments in [
      ["--help"], ["help"], ["format", "--help"], ["help", "format"], ["--generate-completion-script=bash"],
    ] {
      let run = try Run.tool(arguments)
      #expect(run.exit == 0 && run.errors.isEmpty && !run.output.isEmpty, "\(run)")
    }
  }

  @Test func commandLineCannotPlayTricksOnATerminal() throws {
    let run = try Run.tool("\u{1B}[2J\r")
    #expect(run.exit == 64 && !run.errors.contains(0x1B) && !run.errors.contains(0x0D), "\(run)")
  }

  /// A reader that has gone is a quiet end without a verdict; a full disk is not.
  @Test func outputThatNobodyTakes() throws {
    // The reader goes before the tool starts: the sleep is on the tool's side, and its order does not matter to the verdict.
    let closed = try Run.shell(#"{ sleep 1; "$0" "$@"; echo "exit $?" >&2; } | true"#, ["--version"])
    #expect(closed.errorText == "exit 12\n", "\(closed)")
    let full = try Run.shell(#""$0" "$@" > /dev/full"#, ["--version"])
    #expect(full.exit == 74 && full.errorText.contains("standard output"), "\(full)")
    let help = try Run.shell(#"{ sleep 1; "$0" "$@"; echo "exit $?" >&2; } | true"#, ["--help"])
    #expect(help.errorText == "exit 0\n", "\(help)")
  }
}
