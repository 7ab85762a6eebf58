import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct DumpWALTests {
  /// Keys and values with everything that could fool a terminal.
  private static let hostile: [KeyValueEvent] = [
    .put(key: Array("k\u{1B}[2J\r\n\"\\".utf8), value: [0, 7, 0xFF, 0x80]),
    .compareAndSet(key: Array("k".utf8), expected: nil, value: Array("v".utf8)),
    .scan(start: Array("a".utf8), end: nil, limit: 3),
  ]

  private func batch(_ events: [KeyValueEvent]) throws -> [UInt8] {
    var builder = KeyValueBatchBuilder(bodySizeMax: 8192 - 256)
    for event in events { try builder.append(event) }
    return builder.body
  }

  private func loaded() throws -> LoadedFile {
    try LoadedFile([
      try batch(Self.hostile), try batch([.put(key: [65], value: [UInt8](repeating: 66, count: 5000))]), [1, 2, 3],
    ])
  }

  private func dump(_ file: LoadedFile, _ arguments: String...) throws -> Run {
    let directory = try TemporaryDirectory()
    let path = try file.save(in: directory, as: "f")
    return try Run.tool(["dump-wal", path.string] + arguments)
  }

  private func lines(_ run: Run) -> [String] { run.outputText.split(separator: "\n").map(String.init) }

  @Test func soundLogReadsWell() throws {
    let run = try dump(try loaded())
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let text = lines(run).drop { !$0.hasPrefix("superblock") }.joined(separator: "\n")
    #expect(text == Self.expected, "\(run)")
  }

  // Read and found right: every header is in place, so all five entries are kept; 64 - 8 reserved - 5 ops are left.
  private static let expected = """
    superblock       sequence 2
    checkpoint       0, of op 0 in slot 0
    next checkpoint  of op 40; entries up to it carry checkpoint_id 00000000000000000000000000000000, those after it a55ab05218801ad01c87702019056aca
    slots            64, for ops 1 to 64
    head             op 5 of term 1 in slot 5
    end of log       blank: the next slot has not been written in this round
    tail             from op 6 on nothing was acknowledged
    commit_max       4
    back-pressure    in 51 ops
    bodies           6 verified, 0 not read
    decision         a replica alone starts on this log
      OP     SLOT  HEADER    PREPARE   BODY        ROW                    DECISION    OUTCOME     HAVE  NACK             TERM  COMMIT  OPERATION      CLIENT    SESSION  REQUEST     SIZE  TIME                            CHECKSUM          PARENT           REASON
       1        1  current   current   verified    intact                 keep        kept        yes   other-entries       1       0  noop           -               0        0      256  2023-11-14T22:13:20.000000001Z  c05c5a4c8c006e06  ok
       2        2  current   current   verified    intact                 keep        kept        yes   other-entries       1       1  register       c11e4700        0        0      256  2023-11-14T22:13:20.000000002Z  1a92781de92edf72  ok
       3        3  current   current   verified    intact                 keep        kept        yes   other-entries       1       2  kv             c11e4700        2        1      392  2023-11-14T22:13:20.000000003Z  85cba4b62eb36f38  ok
       4        4  current   current   verified    intact                 keep        kept        yes   other-entries       1       3  kv             c11e4700        2        2     5304  2023-11-14T22:13:20.000000004Z  01cbe9e3597f71a0  ok
       5        5  current   current   verified    intact                 keep        kept        yes   other-entries       1       4  kv             c11e4700        2        3      259  2023-11-14T22:13:20.000000005Z  c4150f6549d4b2a7  ok
            end of log after op 5: the next slot has not been written in this round
            ops 6 to 64: 59 blank slots
    Findings
      none
    Verdict on superblocks and log
      sound (0)    sound, or repaired and verified again
    """

  @Test func payloadsAreEscaped() throws {
    let run = try dump(try loaded(), "--payload", "decoded")
    #expect(run.exit == 0 && !run.output.contains(0x1B) && !run.output.contains(0x0D), "\(run)")
    for line in [
      #"          put "k\x1b[2J\x0d\x0a\"\\" = "\x00\x07\xff\x80""#, #"          cas "k" if absent = "v""#,
      #"          scan "a", at most 3"#, "body of 3 bytes: not a batch of events: body-too-short at byte 3",
    ] {
      #expect(run.outputText.contains(line), "\(line)\n\(run)")
    }
    #expect(run.outputText.contains("\"A\" = \"" + String(repeating: "B", count: 256) + "\"... (5000 bytes)"))
    let hex = try dump(try loaded(), "--payload", "hex", "--op", "5", "--output", "ndjson")
    #expect(hex.exit == 0 && lines(hex).count == 2 && lines(hex)[1].contains(#""hex":"010203""#), "\(hex)")
    let hash = try dump(try loaded(), "--payload", "hash", "--op", "5")
    let checksum = Checksum.of(([1, 2, 3] as [UInt8]).rawSpan, as: .prepareBody)
    #expect(hash.outputText.contains("body of 3 bytes: \(checksum.hex)"), "\(hash)")
  }

  @Test func everyLineOfNDJSONIsADocument() throws {
    for arguments in [[], ["--payload", "decoded"], ["--headers-only"]] {
      let directory = try TemporaryDirectory()
      let path = try loaded().save(in: directory, as: "f")
      let run = try Run.tool(["dump-wal", path.string, "--output", "ndjson"] + arguments)
      #expect(run.exit == 0, "\(run)")
      let found = lines(run)
      #expect(found.count == 1 + 64)
      for (index, line) in found.enumerated() {
        let schema = index == 0 ? "mkraft-ctl-wal" : "mkraft-ctl-wal-slot"
        #expect(line.hasPrefix(#"{"schema":"\#(schema)","schema_version":1,"tool_version":""#), "\(line)")
        #expect(line.hasSuffix("}") && line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(line)")
      }
      #expect(found[0].contains(#""cluster":"000000000000000000000000000000c1""#))
      #expect(found[0].contains(#""head_op":"5""#) && found[0].contains(#""end":"blank""#))
      #expect(
        found[3].contains(#""op":"3","slot":3,"header_state":"current","prepare_state":"current""#), "\(found[3])")
    }
  }

  @Test func bodiesNotReadAreNotClaimed() throws {
    let run = try dump(try loaded(), "--headers-only", "--op", "4", "--output", "ndjson")
    let row = try #require(lines(run).last)
    #expect(row.contains(#""body":"unverified","row":"intact""#), "\(run)")
    #expect(row.contains(#""decision":"unverified","decision_if_body_right":"keep""#), "\(run)")
    #expect(row.contains(#""disposition":"unverified""#) && row.contains(#""have":null"#), "\(run)")
    #expect(run.outputText.contains(#""scope":["superblocks","wal-headers"]"#), "\(run)")
    let text = try dump(try loaded(), "--headers-only")
    #expect(text.outputText.contains("without a body that was not read"), "\(text)")
    #expect(!text.outputText.contains("kept"), "\(text)")
  }

  @Test func filters() throws {
    func ops(_ arguments: String...) throws -> [String] {
      let directory = try TemporaryDirectory()
      let path = try loaded().save(in: directory, as: "f")
      let run = try Run.tool(["dump-wal", path.string, "--output", "ndjson"] + arguments)
      return lines(run).dropFirst().compactMap {
        $0.split(separator: #""op":""#).dropFirst().first?.split(separator: "\"").first.map(String.init)
      }
    }
    #expect(try ops("--op", "2..4") == ["2", "3", "4"])
    #expect(try ops("--op", "..2") == ["1", "2", "64"])
    #expect(try ops("--slot", "63..") == ["63"])
    #expect(try ops("--operation", "register") == ["2"])
    #expect(try ops("--operation", "128", "--op", "4..") == ["4", "5"])
    #expect(try ops("--client", LoadedFile.client.hex) == ["2", "3", "4", "5"])
    #expect(try ops("--state", "kept") == ["1", "2", "3", "4", "5"])
    #expect(try ops("--term", "2") == [])
  }

  @Test func damageIsShownWhereItIs() throws {
    let file = try loaded()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 4) + 3000))
    file.storage.flipBit(at: 8 * (file.geometry.headerOffset(slot: 2) + 100))
    let run = try dump(file)
    #expect(run.exit == 13, "\(run)")
    let rows = lines(run).map { $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init) }
    #expect(
      rows.contains { $0.prefix(8) == ["2", "2", "bad", "current", "verified", "header-corrupt", "fix", "fixed"] },
      "\(run)")
    #expect(
      rows.contains { $0.prefix(8) == ["4", "4", "current", "bad", "mismatch", "prepare-corrupt", "lost", "faulty"] },
      "\(run)")
    #expect(run.outputText.contains("refused: prepare-corrupt; prepare ring: body-mismatch"), "\(run)")
    #expect(run.outputText.contains("wal-prepare-corrupt") && run.outputText.contains("wal-header-corrupt"), "\(run)")
  }

  @Test func oneSuperblockIsEnough() throws {
    let file = try loaded()
    for copy in [0, 1, 3] { file.storage.zero(file.home(copy)..<file.home(copy) + 16384) }
    let run = try dump(file)
    #expect(run.exit == 14, "\(run)")
    #expect(run.outputText.contains("not a replica's choice: superblock-quorum-lost"), "\(run)")
    #expect(run.outputText.contains("head             op 5"), "\(run)")
  }

  /// A log that is whole by itself, in a file that holds a reply of a later op.
  @Test func aReplyLaterThanTheLogIsTold() throws {
    let directory = try TemporaryDirectory()
    let path = try #require(Fixture.all.first { $0.name == "log-put-back" }).unpack(in: directory)
    let run = try Run.tool("dump-wal", path.string, "--op", "109..112")
    #expect(run.exit == 14, "\(run)")
    for text in [
      "decision         a replica refuses the file (reply-ahead): reply slot ", "and the log ends at op 110\n",
      "        not the end: a gap after op 110; the log is known to have reached op 12",
      "keep the file as it is and start nothing on it", "mkraft-ctl recover plan",
    ] {
      #expect(run.outputText.contains(text), "\(text) in \(run)")
    }
    for text in ["starts on this log", "nothing was acknowledged"] { #expect(!run.outputText.contains(text), "\(run)") }
    let json = try Run.tool("dump-wal", path.string, "--output", "json")
    #expect(json.exit == 14 && json.outputText.contains(#""serves_alone": false"#), "\(json)")
    let slot = try Run.tool("explain", path.string, "--op", "111")
    #expect(slot.exit == 14 && slot.outputText.contains("reply-ahead"), "\(slot)")
    #expect(slot.outputText.contains("next: keep the file as it is and start nothing on it"), "\(slot)")
  }

  @Test func aReaderThatHasGoneIsAQuietEnd() throws {
    let directory = try TemporaryDirectory()
    let path = try loaded().save(in: directory, as: "f")
    let run = try Run.shell(
      #"{ sleep 1; "$0" "$@"; echo "exit $?" >&2; } | true"#, ["dump-wal", path.string, "--verbose"])
    #expect(run.errorText == "exit 12\n", "\(run)")
  }
}
