import Glibc
import SystemPackage
import Testing

/// `dump-wal --follow` on files at rest and on a file in use.
@Suite struct DumpWALFollowTests {
  private func op(_ line: String?) -> UInt64? {
    line?.split(separator: #""op":""#).dropFirst().first?.split(separator: "\"").first.flatMap { UInt64($0) }
  }

  @Test func endsWithTheLastOpThatWasAskedFor() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile([[1, 2, 3]]).save(in: directory, as: "f")
    let run = try Run.tool("dump-wal", path.string, "--follow", "--op", "2..3", "--payload", "hash")
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let lines = run.outputText.split(separator: "\n")
    #expect(lines.count == 5 && lines[1].contains("register") && lines[3].contains("kv"), "\(run)")
    #expect(lines[4].contains("body of 3 bytes: "), "\(run)")
  }

  @Test func endsWithTime() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile().save(in: directory, as: "f")
    let run = try Run.tool("dump-wal", path.string, "--follow", "--max-time", "10ms", "--operation", "register")
    #expect(run.exit == 0 && run.outputText.split(separator: "\n").count == 2, "\(run)")
    #expect(run.errorText.contains("--max-time is over: 1 entries shown, op 3 would be next"), "\(run)")
  }

  /// Entries that a running replica writes are told in order, each once; a signal is the end.
  @Test(arguments: [SIGTERM, SIGINT]) func goesAlong(signal: Int32) throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let follower = try ChildProcess(
      [Run.builtTool.string, "dump-wal", file.path.string, "--follow", "--op", "1..", "--output", "ndjson"])
    #expect(op(try follower.line()) == 1)
    var expected: UInt64 = 2
    for number in 0..<4 {
      #expect(try replica.kv("put", "key\(number)", "value").exit == 0)
      // A session and the put itself.
      for _ in 0..<2 {
        #expect(op(try follower.line()) == expected)
        expected += 1
      }
    }
    follower.send(signal)
    let run = try follower.finish()
    #expect(run.exit == 128 + signal, "\(run)")
    #expect(try replica.stop().exit == 0)
  }

  /// What the ring no longer holds is said to be missed, and makes the answer incomplete.
  @Test func saysWhatWasMissed() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    for number in 0..<40 { #expect(try replica.kv("put", "key\(number)", "value").exit == 0) }
    #expect(try replica.stop().exit == 0)
    let run = try Run.tool(
      "dump-wal", file.path.string, "--follow", "--op", "1..70", "--output", "ndjson", timeout: .seconds(60))
    #expect(run.exit == 12, "\(run)")
    let first = run.outputText.split(separator: "\n").first.map(String.init)
    #expect(first?.contains(#""schema":"mkraft-ctl-wal-missed""#) == true, "\(run)")
    #expect(first?.contains(#""first_op":"1","last_op":"#) == true, "\(run)")
    #expect(run.errorText.contains("ops were not seen"), "\(run)")
  }

  /// A reader that goes away ends it, although nothing new comes.
  @Test func aClosedPipeIsTheEnd() throws {
    let directory = try TemporaryDirectory()
    let path = try LoadedFile().save(in: directory, as: "f")
    let run = try Run.shell(
      #"{ "$0" "$@"; echo "exit $?" >&2; } | head -n 1"#, ["dump-wal", path.string, "--follow"],
      timeout: .seconds(60))
    #expect(run.errorText == "exit 12\n", "\(run)")
  }
}
