import Glibc
import SystemPackage
import Testing

@Suite struct KeyValueTests {
  @Test func everyOperation() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    func check(_ arguments: [String], _ exit: Int32, _ output: String, line: SourceLocation = #_sourceLocation) throws {
      let run = try Run.tool(["kv", arguments[0], "--server", replica.server] + arguments.dropFirst())
      #expect(run.exit == exit && run.outputText == output, "\(run)", sourceLocation: line)
    }
    // Op 1 is the no-op; each command that writes opens a session, which is an entry too.
    try check(["put", "b", "2", "a", "1"], 0, "ok 2 op 3\n")
    try check(["get", "a"], 0, "1\n")
    try check(["get", "a", "c", "b"], 17, "a\t1\nb\t2\n")
    try check(["get", "c"], 17, "")
    try check(["cas", "a", "--expect", "1", "--value", "3"], 0, "ok 1 op 5\n")
    try check(["cas", "a", "--expect", "1", "--value", "4"], 17, "")
    try check(["cas", "c", "--expect-absent", "--value", "5"], 0, "ok 1 op 9\n")
    try check(["cas", "c", "--expect-absent", "--value", "6"], 17, "")
    try check(["delete", "b"], 0, "ok 1 op 13\n")
    try check(["delete", "b"], 17, "")
    try check(["scan"], 0, "a\t3\nc\t5\n")
    try check(["scan", "b"], 0, "c\t5\n")
    try check(["scan", "a", "c"], 0, "a\t3\n")
    try check(["scan", "--limit", "1"], 0, "a\t3\n")
    // Reads left no trace in the log.
    #expect(try Run.tool("ping", replica.server).outputText.contains("head          15\n"))
  }

  @Test func valuesOfAnyBytes() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let all = (0...255).map { UInt8($0) }
    let path = try file.directory.file("value", all)
    #expect(try replica.kv("put", "file", "@" + path.string, "at", "@@home", "empty", "").exit == 0)
    #expect(try replica.kv("put", "--hex", "00ff", "1b5b41").exit == 0)
    #expect(try replica.kv("get", "file", "--raw").output == all)
    #expect(try replica.kv("get", "at").outputText == "@home\n")
    #expect(try replica.kv("get", "empty").outputText == "\n")
    #expect(try replica.kv("get", "--hex", "00ff").outputText == "1b5b41\n")
    let scan = try replica.kv("scan", "--limit", "1")
    #expect(scan.outputText == "\\x00\\xff\t\\x1b[A\n", "\(scan)")
    #expect(scan.errorText.contains("go on from \\x00\\xff\\x00"), "\(scan)")
    let json = try replica.kv("get", "empty", "file", "--output", "ndjson")
    #expect(json.outputText.contains(#"{"operation":"get","key":"empty","status":"ok","value":""}"#), "\(json)")
    #expect(json.outputText.contains(#""key":"file","status":"ok","value_hex":"000102"#), "\(json)")
  }

  /// More than fits in one reply is read in parts.
  @Test func scanOfManyParts() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let value = String(repeating: "v", count: 1500)
    let lines = (10..<30).map { "put k\($0) \(value)" }.joined(separator: "\n")
    #expect(try replica.batch(lines).exit == 0)
    let expected = (10..<30).map { "k\($0)\t\(value)\n" }.joined()
    let scan = try replica.kv("scan")
    #expect(scan.outputText == expected && scan.errors.isEmpty)
    let keys = (10..<30).map { "k\($0)" }
    let get = try Run.tool(["kv", "get", "--server", replica.server] + keys)
    #expect(get.outputText == expected, "\(get.exit ?? -1)")
    let limited = try replica.kv("scan", "k11", "k25", "--limit", "7", "--output", "json")
    #expect(limited.outputText.contains(#""more": true"#) && limited.outputText.contains(#""next_hex": "6b313700""#))
  }

  @Test func wrongUsageSendsNothing() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let long = String(repeating: "k", count: 1025)
    let big = String(repeating: "v", count: 4000)
    for arguments in [
      ["put", "k"], ["put"], ["get"], ["put", "", "v"], ["put", long, "v"], ["put", "k", big], ["get", long],
      ["cas", "k", "--value", "v"], ["cas", "k", "--value", "v", "--expect", "a", "--expect-absent"],
      ["put", "--hex", "0", "00"], ["put", "--hex", "zz", "00"], ["scan", "--limit", "0"], ["get", "a", "b", "--raw"],
      ["put", "k", "v", "--timeout", "0"],
    ] {
      let run = try Run.tool(["kv", arguments[0], "--server", replica.server] + arguments.dropFirst())
      #expect(run.exit == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run)")
    }
    #expect(try Run.tool("kv").exit == 64)
    let missing = try replica.kv("put", "k", "@/nonexistent/value")
    #expect(missing.exit == 66 && missing.errorText.contains("/nonexistent/value"), "\(missing)")
    // What is not UTF-8 must not become something else on the way.
    let mangled = try Run.shell(
      #"exec "$0" kv put --server "$1" k "$(printf '\377')""#, [replica.server])
    #expect(mangled.exit == 64 && mangled.errorText.contains("not UTF-8"), "\(mangled)")
    #expect(try Run.tool("ping", replica.server).outputText.contains("head          1\n"))
  }

  @Test func serverThatIsNotThere() throws {
    // A port that was free a moment ago.
    let port = try LoopbackSocket(listening: ()).port
    for arguments in [
      ["ping", "\(port)"], ["ping", "127.0.0.1:\(port)", "--count", "3"],
      ["kv", "get", "--server", "\(port)", "k"], ["kv", "put", "--server", "\(port)", "k", "v"],
      ["kv", "scan", "--server", "\(port)"], ["kv", "batch", "--server", "\(port)"],
    ] {
      let run = try Run.tool(arguments)
      #expect(run.exit == 69 && run.output.isEmpty && run.errorText.contains("127.0.0.1:\(port)"), "\(run)")
    }
  }

  /// It accepts and never answers.
  @Test func serverThatIsSilent() throws {
    let silent = try LoopbackSocket(listening: ())
    for arguments in [["ping"], ["kv", "put", "k", "v", "--server"]] {
      let run = try Run.tool(arguments + ["\(silent.port)", "--timeout", "0.2"])
      #expect(run.exit == 69 && run.errorText.contains("no answer in time"), "\(run)")
    }
  }

  @Test func pingTellsWhoAnswers() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let run = try Run.tool("ping", "\(replica.port)", "--count", "5", "--output", "ndjson")
    #expect(run.exit == 0, "\(run)")
    for part in [
      #""schema":"mkraft-ctl-ping""#, #""cluster":"000000000000000000000000000000c1""#, #""replica":0"#,
      #""role":"leader","leader":0,"term":"1","head":"1","commit":"1","message_size":4096"#, #""count":5"#,
    ] {
      #expect(run.outputText.contains(part), "\(part) in \(run)")
    }
  }
}
