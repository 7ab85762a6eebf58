import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct FormatTests {
  /// A small file of a cluster of one.
  static let small = [
    "--cluster", "c1", "--replica", "0", "--replica-count", "1", "--slots", "64", "--message-size", "4K", "--sessions",
    "2",
  ]

  private func format(_ path: FilePath, _ arguments: [String] = small, _ more: String...) throws -> Run {
    try Run.tool(["format", path.string] + arguments + more)
  }

  private func superblock(_ path: FilePath) throws -> Superblock {
    let storage = try FileStorage.open(path, for: .reading(cached: true))
    let decision = SuperblockDecision(SuperblockSurvey.read(storage))
    #expect(decision.repairs.isEmpty)
    return try decision.outcome.get()
  }

  @Test func makesAFileThatOpens() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"]
    let run = try format(path)
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let found = try superblock(path)
    #expect(found.cluster == 0xC1 && found.replica == 0 && found.members.voterCount == 1 && found.isVirgin)
    #expect(found.geometry == Geometry(slotCount: 64, messageSize: 4096, sessions: 2))
    #expect(try Stat(path).permissions == [.ownerReadWrite])
    for word in [path.string, found.cluster.hex, found.fileID.hex, found.member.hex, "mkraft-ctl start "] {
      #expect(run.outputText.contains(word), "\(word) in \(run)")
    }
  }

  @Test func takesEveryOption() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"]
    let run = try format(
      path,
      [
        "--cluster", "C1", "--replica", "2", "--replica-count", "5", "--initial-cluster", "--slots", "256",
        "--message-size",
        "64K", "--pipeline", "4", "--headroom", "16", "--sessions", "3", "--block-size", "1M", "--grid-blocks-max",
        "77",
        "--io-unit", "65536", "--checkpoint-interval", "100", "--quorum-replication", "2", "--quorum-election", "4",
        "--file-id", "f1d", "--no-prewrite", "--output", "json",
      ])
    #expect(run.exit == 0, "\(run)")
    let found = try superblock(path)
    let geometry = Geometry(
      ioUnit: 65_536, slotCount: 256, messageSize: 65_536, pipeline: 4, checkpointInterval: 100, headroom: 16,
      sessions: 3, blockSize: 1 << 20, gridBlocksMax: 77)
    #expect(found.geometry == geometry)
    #expect(found.quorums == Quorums(replication: 2, election: 4))
    #expect(found.fileID == 0xF1D && found.replica == 2 && found.members == MemberList(cluster: 0xC1, voterCount: 5))
    for line in [
      #""schema": "mkraft-ctl-format""#, #""changed": true"#, #""dry_run": false"#, #""quorum_election": 4"#,
      #""file_id": "00000000000000000000000000000f1d""#, #""grid_blocks_max": "77""#, #""checkpoint_interval": 100"#,
      #""file_size": "\#(geometry.fileSizeAtFormat)""#,
      #""next": "mkraft-ctl inspect-superblock \#(path)""#, #""code": 0"#,
    ] {
      #expect(run.outputText.contains(line), "\(line) in \(run)")
    }
    #expect(run.outputText.contains(#""space": "reserved""#) || run.outputText.contains(#""space": "unreserved""#))
  }

  @Test func drawsIdsAtRandom() throws {
    let directory = try TemporaryDirectory()
    let arguments = ["--cluster", "random"] + Self.small.dropFirst(2)
    for name in ["a", "b"] { #expect(try format(directory[name], arguments).exit == 0) }
    let found = try ["a", "b"].map { try superblock(directory[$0]) }
    #expect(found[0].cluster != found[1].cluster && found[0].fileID != found[1].fileID)
  }

  @Test func changesNothingIfTheFileIsThere() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"]
    #expect(try format(path, Self.small, "--if-missing", "--output", "ndjson").outputText.contains(#""changed":true"#))
    let first = try superblock(path)
    let again = try format(path, Self.small, "--if-missing", "--output", "ndjson")
    #expect(again.exit == 0 && again.outputText.contains(#""changed":false"#), "\(again)")
    #expect(again.outputText.contains(first.fileID.hex), "\(again)")
    #expect(try superblock(path).checksum == first.checksum)
  }

  @Test func namesTheFieldsThatDiffer() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"]
    #expect(try format(path).exit == 0)
    let first = try superblock(path).checksum
    func differs(_ more: [String], _ fields: [String]) throws {
      let run = try Run.tool(["format", path.string, "--if-missing", "--output", "ndjson"] + Self.small + more)
      #expect(run.exit == 73, "\(run)")
      let named = run.outputText.split(separator: #"{"field":""#).dropFirst().map { $0.prefix { $0 != "\"" } }
      #expect(named.map(String.init) == fields, "\(run)")
      for field in fields { #expect(run.errorText.contains("\(field) is "), "\(run)") }
    }
    try differs(["--cluster", "c2"], ["cluster"])
    try differs(["--slots", "128"], ["slot_count", "checkpoint_interval", "headroom"])
    try differs(["--sessions", "3", "--block-size", "128K"], ["sessions", "block_size"])
    try differs(["--file-id", "1"], ["file_id"])
    try differs(
      ["--replica-count", "2", "--replica", "1", "--initial-cluster"],
      ["replica", "replica_count", "quorum_replication", "quorum_election"])
    #expect(try superblock(path).checksum == first)
    let random = try Run.tool(["format", path.string, "--if-missing", "--cluster", "random"] + Self.small.dropFirst(2))
    #expect(random.exit == 64, "\(random)")
  }

  @Test func aClusterOfSeveralIsFormattedOnce() throws {
    let directory = try TemporaryDirectory()
    let arguments = ["--cluster", "c1", "--replica", "1", "--replica-count", "3"] + Self.small.dropFirst(6)
    let run = try format(directory["f"], arguments)
    #expect(run.exit == 64 && run.errorText.contains("--initial-cluster"), "\(run)")
    #expect(run.errorText.contains("never replaces a lost replica"), "\(run)")
    #expect(directory.names.isEmpty)
    #expect(try format(directory["f"], arguments, "--initial-cluster").exit == 0)
  }

  @Test func namesEveryBrokenInvariantAtOnce() throws {
    let directory = try TemporaryDirectory()
    let run = try Run.tool(
      "format", directory["f"].string, "--cluster", "1", "--replica", "9", "--replica-count", "99", "--slots",
      "18446744073709551615", "--message-size", "5G", "--pipeline", "0", "--headroom", "0", "--sessions", "0",
      "--block-size",
      "3", "--grid-blocks-max", "0", "--io-unit", "1000", "--checkpoint-interval", "0", "--quorum-replication",
      "-9223372036854775808", "--quorum-election", "9223372036854775807")
    #expect(run.exit == 64, "\(run)")
    let broken: [Invariant] = [
      .memberList, .quorumRange, .geometryIOUnit, .geometrySlotCount, .geometryMessageSize, .geometryPipeline,
      .geometryHeadroom, .geometryInterval, .geometrySessions, .geometryBlockSize, .geometryGridBlocks,
    ]
    for invariant in broken { #expect(run.errorText.contains("\(invariant.name): \(invariant.statement)"), "\(run)") }
    #expect(directory.names.isEmpty)
  }

  @Test func dryRunWritesNothing() throws {
    let directory = try TemporaryDirectory()
    let run = try format(directory["f"], Self.small, "--dry-run")
    #expect(run.exit == 0, "\(run)")
    let geometry = Geometry(slotCount: 64, messageSize: 4096, sessions: 2)
    for zone in Zone.allCases { #expect(run.outputText.contains(zone.name), "\(run)") }
    for number in [geometry.fileSizeAtFormat, UInt64(geometry.checkpointInterval), geometry.offset(of: .replies)] {
      #expect(run.outputText.contains("\(number)"), "\(run)")
    }
    let json = try format(directory["f"], Self.small, "--dry-run", "--output", "ndjson")
    #expect(json.outputText.contains(#""changed":false,"dry_run":true"#), "\(json)")
    #expect(directory.names.isEmpty)
  }
}
