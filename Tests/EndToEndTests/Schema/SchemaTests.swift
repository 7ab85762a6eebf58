import SystemPackage
import Testing

/// The published JSON schema: what the tool prints, and what real output keeps to.
@Suite struct SchemaTests {
  private let validator: SchemaValidator

  init() throws { validator = try SchemaValidator() }

  @Test func theCommittedSchemaIsWhatTheToolPrints() throws {
    let run = try Run.tool("explain", "--schema")
    #expect(run.exit == 0 && run.errors.isEmpty)
    let committed = try readAll(SchemaValidator.committed)
    #expect(run.output == committed, "stale: run Tests/Manual/update")
    #expect(validator.documents.count > 15 && Set(validator.documents).count == validator.documents.count)
  }

  /// What every fixture is shown to, and what goes round among them: each is run on several.
  private static let commands = [
    ["status"], ["verify-checksums"], ["inspect-superblock", "--explain", "--scan"],
    ["dump-wal", "--stats"], ["dump-wal", "--payload", "decoded"], ["map"],
  ]
  private static let others = [
    ["inspect-superblock", "--copy", "all"], ["dump-wal", "--op", "..9", "--payload", "hex"],
    ["dump-wal", "--op", "..9", "--payload", "hash"], ["dump-wal", "--op", "..9", "--headers-only"],
    ["explain", "--slot", "7"], ["hexdump", "--superblock", "0"], ["explain", "--superblock", "2"],
    ["hexdump", "--slot", "7", "--ring", "headers"], ["explain", "--block", "3"],
    ["hexdump", "--slot", "7", "--length", "700"], ["explain", "--reply", "0"], ["hexdump", "--block", "3"],
    ["explain", "--op", "21"], ["hexdump", "--reply", "0"],
    ["inspect-superblock", "--copy", "1", "--raw"],
    ["verify-checksums", "--max-bytes", "1M"], ["dump-wal", "--follow", "--max-time", "10ms", "--payload", "hex"],
  ]
  private static let othersEach = 4

  @Test func outputOnEveryFixtureIsValid() throws {
    var seen: Set<String> = []
    for (number, fixture) in Fixture.all.enumerated() {
      let directory = try TemporaryDirectory()
      let path = try fixture.unpack(in: directory)
      let first = number * Self.othersEach
      let others = (first..<first + Self.othersEach).map { Self.others[$0 % Self.others.count] }
      for (index, command) in (Self.commands + others).enumerated() {
        let format = (index + number) % 2 == 0 ? "json" : "ndjson"
        // What is followed comes line by line, and nothing may have come.
        let isFollowing = command.contains("--follow")
        seen.formUnion(
          try check(command + [path.string, "--output", isFollowing ? "ndjson" : format], mayBeEmpty: isFollowing))
      }
    }
    #expect(
      seen.subtracting(["mkraft-ctl-wal-entry", "mkraft-ctl-wal-damaged"]) == [
        "mkraft-ctl-status", "mkraft-ctl-verify-checksums", "mkraft-ctl-superblock", "mkraft-ctl-wal",
        "mkraft-ctl-wal-slot", "mkraft-ctl-wal-statistics", "mkraft-ctl-explain", "mkraft-ctl-hexdump",
        "mkraft-ctl-map", "mkraft-ctl-error",
      ])
    #expect(seen.contains("mkraft-ctl-wal-entry"))
  }

  /// What needs no fixture. With the one above every document of the schema is written by some test.
  @Test func outputOfTheOtherCommandsIsValid() throws {
    let file = try SmallFile()
    var seen: Set<String> = []
    func see(_ arguments: String...) throws { seen.formUnion(try check(arguments + ["--output", "json"])) }
    try see("--version")
    try see("explain", "--list")
    try see("explain", "wal-prepare-corrupt")
    try see("explain", "wal-prepare-corupt")
    try seen.formUnion(check(["format", file.directory["g"].string, "--output", "ndjson"] + SmallFile.options))
    try seen.formUnion(
      check(["format", file.directory["h"].string, "--dry-run", "--output", "json"] + SmallFile.options))
    try see("format", file.path.string, "--if-missing", "--cluster", "2", "--replica", "0", "--replica-count", "1")
    let replica = try RunningReplica(file.path, "--output", "json")
    let ready = try JSONNode.documents(replica.ready)[0]
    seen.formUnion(try valid([ready], ["start"]))
    let server = try #require(ready["address"]?.text)
    try see("ping", server)
    try see("kv", "put", "--server", server, "a", "b")
    try see("kv", "get", "--server", server, "a", "none")
    try see("kv", "cas", "--server", server, "a", "--expect", "x", "--value", "y")
    try see("kv", "scan", "--server", server, "")
    let input = try file.directory.file("batch", Array("put c d\nget c\n".utf8))
    let batch = try Run.shell(
      #"input=$1; shift; exec "$0" "$@" < "$input""#,
      [
        input.string, "kv", "batch", "--server", server, "--output", "json",
      ])
    // A line for each result worth one stands before the summary.
    seen.formUnion(try valid(try JSONNode.documents(batch.outputText).filter { $0["schema"] != nil }, batch.arguments))
    try see("verify-checksums", file.path.string)
    try see("image", file.path.string, "--to", file.directory["image"].string)
    try see("diff", file.path.string, file.directory["image"].string)
    try see("diff", file.path.string, file.directory["g"].string)
    #expect(try replica.stop().exit == 0)
    try file.overwrite(at: 300, with: [0x5A])
    let plan = file.directory["plan"].string
    try see("repair", file.path.string, "--to", plan)
    try see("repair", "apply", plan, "--in-place", "--yes")
    try see("repair", "verify", plan)
    let recovery = file.directory["recovery"].string
    let evidence = file.directory["evidence"].string
    try see("recover", "collect", file.path.string, "--to", evidence)
    try see("recover", "plan", evidence, "--to", recovery)
    try see("recover", "apply", recovery, "--to", file.directory["recovered"].string)
    try see("recover", "verify", recovery, "--file", file.directory["recovered"].string)
    try file.overwrite(at: 0, with: [UInt8](repeating: 0x5A, count: 20 << 20))
    try see("start", file.path.string)
    try see("drill", "--kills", "1", "--wraps", "0")
    try see("drill", "--list")
    try see("drill", "--scenario", "prepare-torn", "--scenario", "head-rotten")
    for words in [[], ["superblock"], ["wal"]] {
      let bounds = [
        "--time-limit", "1s", "--space", "64M", "--scratch", file.directory.path.string, "--output", "ndjson",
      ]
      try seen.formUnion(check(["benchmark"] + words + bounds))
    }
    let others: Set<String> = [
      "mkraft-ctl-status", "mkraft-ctl-superblock", "mkraft-ctl-wal", "mkraft-ctl-wal-slot",
      "mkraft-ctl-wal-statistics",
      "mkraft-ctl-explain", "mkraft-ctl-hexdump", "mkraft-ctl-map", "mkraft-ctl-wal-entry",
      // These need a writer that overtakes the reader, and one that writes what is damaged.
      "mkraft-ctl-wal-missed", "mkraft-ctl-wal-damaged",
    ]
    #expect(seen.union(others) == Set(validator.documents), "a document that no test writes")
  }

  /// The check can fail: on a member too many anywhere, on one too few, on another value.
  @Test func whatDoesNotFitIsFound() throws {
    let fixture = try #require(Fixture.all.first { $0.name == "prepare-corrupt" })
    let directory = try TemporaryDirectory()
    let path = try fixture.unpack(in: directory)
    let run = try Run.tool("verify-checksums", path.string, "--output", "json")
    let document = try JSONNode.documents(run.outputText)[0]
    #expect(validator.problems(document) == [])
    var objects = 0
    for changed in document.eachObject({ $0 + [JSONNode.Member(name: "surprise", value: .null)] }) {
      objects += 1
      #expect(!validator.problems(changed).isEmpty, "an unknown member in object \(objects)")
    }
    #expect(objects > 10)
    for changed in document.eachObject({ Array($0.dropLast()) }) {
      #expect(!validator.problems(changed).isEmpty, "a missing member")
    }
    for changed in document.eachObject({
      $0.dropFirst().isEmpty ? $0 : [.init(name: $0[0].name, value: .bool(true))] + $0.dropFirst()
    }) {
      #expect(!validator.problems(changed).isEmpty, "another value")
    }
  }

  // MARK: Support

  /// Runs the tool; returns the names of the documents it wrote, all of which must be valid.
  private func check(_ arguments: [String], mayBeEmpty: Bool = false) throws -> Set<String> {
    let run = try Run.tool(arguments)
    let documents = try JSONNode.documents(run.outputText)
    return documents.isEmpty && mayBeEmpty ? [] : try valid(documents, arguments)
  }

  private func valid(_ documents: [JSONNode], _ arguments: [String]) throws -> Set<String> {
    #expect(!documents.isEmpty, "\(arguments)")
    for document in documents {
      let problems = validator.problems(document)
      #expect(problems.isEmpty, "\(arguments.joined(separator: " ")): \(problems.prefix(5))")
    }
    return Set(documents.compactMap { $0["schema"]?.text })
  }
}

extension JSONNode {
  /// The document once for each object in it, with that one changed.
  fileprivate func eachObject(_ change: ([Member]) -> [Member]) -> [JSONNode] {
    switch self {
    case .null, .bool, .number, .string: return []
    case .array(let elements):
      return elements.indices.flatMap { index in
        elements[index].eachObject(change).map { changed in
          var copy = elements
          copy[index] = changed
          return .array(copy)
        }
      }
    case .object(let members):
      let inner = members.indices.flatMap { index in
        members[index].value.eachObject(change).map { changed in
          var copy = members
          copy[index].value = changed
          return JSONNode.object(copy)
        }
      }
      return [.object(change(members))] + inner
    }
  }
}
