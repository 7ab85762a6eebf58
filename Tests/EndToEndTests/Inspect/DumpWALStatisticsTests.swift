import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// Counts and times of `dump-wal`.
@Suite struct DumpWALStatisticsTests {
  /// A no-op, a session, and two batches, at one nanosecond each from 22:13:20.000000001 on.
  private func saved(in directory: TemporaryDirectory) throws -> FilePath {
    try LoadedFile([[1, 2, 3], [UInt8](repeating: 7, count: 5000)]).save(in: directory, as: "f")
  }

  @Test func countsInsteadOfSlots() throws {
    let directory = try TemporaryDirectory()
    let path = try saved(in: directory)
    let run = try Run.tool("dump-wal", path.string, "--stats", "--output", "ndjson")
    let lines = run.outputText.split(separator: "\n")
    #expect(run.exit == 0 && lines.count == 2, "\(run)")
    let counts = try #require(lines.last)
    // 64 slots less 8 for no-ops less 4 ops; the checkpoint comes with op 40.
    for member in [
      #""write_op":"5","write_slot":5,"#, #""checkpoint_op":"0","checkpoint_slot":0,"next_checkpoint_op":"40""#,
      #""ops_before_back_pressure":"52""#, #""entries":4,"#, #""gap_slots":0"#, #""by_row":{"intact":4,"blank":60}"#,
      #"{"operation":"kv","entries":2,"bytes":"5515"}"#, #""first_timestamp":"1700000000000000001""#,
    ] {
      #expect(counts.contains(member), "\(member)\n\(run)")
    }
    // The one body that is larger than a unit was not read.
    #expect(lines[0].contains(#""bodies_unverified":1,"#), "\(run)")
    let verified = try Run.tool("dump-wal", path.string, "--stats", "--verify-bodies", "--output", "ndjson")
    #expect(verified.outputText.contains(#""bodies_unverified":0,"#), "\(verified)")
    let text = try Run.tool("dump-wal", path.string, "--stats")
    #expect(text.outputText.contains("next write       op 5 in slot 5"), "\(text)")
    #expect(!text.outputText.contains("intact                 keep"), "\(text)")
  }

  @Test func times() throws {
    let directory = try TemporaryDirectory()
    let path = try saved(in: directory)
    func ops(_ arguments: String...) throws -> [String] {
      let run = try Run.tool(["dump-wal", path.string, "--output", "ndjson"] + arguments)
      return run.outputText.split(separator: "\n").dropFirst().compactMap {
        $0.split(separator: #""op":""#).dropFirst().first?.split(separator: "\"").first.map(String.init)
      }
    }
    #expect(try ops("--since", "2023-11-14T22:13:20.000000003Z") == ["3", "4"])
    #expect(
      try ops("--since", "2023-11-14T23:13:20.000000002+01:00", "--until", "2023-11-14T22:13:20.000000003Z") == [
        "2", "3",
      ])
    #expect(try ops("--since", "2023-11-15") == [] && ops("--since", "2023-11-14") == ["1", "2", "3", "4"])
    // The root in slot 0 is of the beginning of time.
    #expect(try ops("--until", "2023-11-14T22:13:19Z") == ["64"])
    #expect(try ops("--since", "1h") == [] && ops("--until", "1h") == ["1", "2", "3", "4", "64"])
    #expect(try ops("--since", "2023-11-14T22:13:20Z", "--operation", "register") == ["2"])
    #expect(try ops("--since", "2554-07-21T23:34:33.7Z") == [])
  }

  @Test func wrongUsage() throws {
    let wrong = [
      ["--since", "yesterday"], ["--since", "2023-02-29"], ["--since", "2023-11-14T24:00:00Z"],
      ["--since", "2023-11-14T22:13:20"], ["--since", "3000000d"], ["--since", "1h", "--until", "2h"],
      // Nanoseconds since 1970 end between the two.
      ["--since", "2554-07-21T23:34:33.8Z"], ["--until", "2554-07-21T23:34:34Z"],
      ["--stats", "--payload", "hash"], ["--verify-bodies"], ["--max-time", "5s"], ["--follow", "--stats"],
      ["--follow", "--output", "json"], ["--follow", "--state", "kept"], ["--follow", "--max-time", "5 s"],
    ]
    let directory = try TemporaryDirectory()
    let path = try saved(in: directory)
    for arguments in wrong {
      let run = try Run.tool(["dump-wal", path.string] + arguments)
      #expect(run.exit == 64 && !run.errors.isEmpty, "\(run)")
    }
  }

  /// A hole in the log does not read like its end, and the end not like an error.
  @Test func gapsAndTheEnd() throws {
    let directory = try TemporaryDirectory()
    let file = try LoadedFile([[1, 2, 3], [4, 5, 6]])
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 3) + 20))
    let path = try file.save(in: directory, as: "f")
    let run = try Run.tool("dump-wal", path.string)
    let gap = "not the end: a gap after op 2; the log is known to have reached op 4: entries of the log say so"
    #expect(run.outputText.contains("        \(gap)\n"), "\(run)")
    #expect(run.outputText.contains("        the log goes on at op 4\n"), "\(run)")
    #expect(!run.outputText.contains("end of log after"), "\(run)")
    let stats = try Run.tool("dump-wal", path.string, "--stats", "--output", "ndjson")
    #expect(stats.outputText.contains(#""gap_slots":1"#), "\(stats)")
  }
}
