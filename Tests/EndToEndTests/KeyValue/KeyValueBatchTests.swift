import Glibc
import Testing

@Suite struct KeyValueBatchTests {
  /// Each key is counted up by compare-and-set: one line out of its order would fail.
  @Test func linesOfAKeyKeepTheirOrder() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let keys = 20
    let rounds = 30
    var lines: [String] = []
    for key in 0..<keys { lines.append("cas-absent k\(key) 0") }
    for round in 0..<rounds {
      for key in 0..<keys { lines.append("cas k\(key) \(round) \(round + 1)") }
    }
    let run = try replica.batch(lines.joined(separator: "\n"), "--sessions", "5", "--batch-size", "64")
    #expect(run.exit == 0 && run.output.isEmpty, "\(run)")
    #expect(run.errorText.hasPrefix("\(keys * (rounds + 1)) done, 0 not done, "), "\(run)")
    let scan = try replica.kv("scan")
    let expected = (0..<keys).map { "k\($0)\t\(rounds)" }.sorted()
    #expect(scan.outputText.split(separator: "\n").map(String.init) == expected, "\(scan)")
  }

  @Test func resultsNameTheirLines() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let input = "put a 1\nget a\n\nget b\ndelete b\ncas a 9 8\nput\ttab\tx y\\x09z\\\\\nget tab\n"
    let run = try replica.batch(input)
    #expect(run.exit == 17, "\(run)")
    let lines = run.outputText.split(separator: "\n").map(String.init).sorted()
    #expect(
      lines == [
        "2\ta\t1", "4\tb\tnot-found", "5\tb\tnot-found", "6\ta\tcondition-failed", "8\ttab\tx y\\x09z\\\\",
      ], "\(run)")
    #expect(run.errorText.hasPrefix("4 done, 3 not done, "), "\(run)")
    let json = try replica.batch("get a\n", "--output", "json")
    #expect(json.outputText.hasPrefix(#"{"line":1,"operation":"get","key":"a","status":"ok","value":"1"}"# + "\n"))
    #expect(json.outputText.contains(#""schema":"mkraft-ctl-kv-batch""#), "\(json)")
  }

  /// What a scan prints can be put back.
  @Test func readsWhatScanWrites() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "a b", "c\td\\\"", "e", "").exit == 0)
    let scan = try replica.kv("scan").outputText
    let lines = scan.split(separator: "\n").map { "put\t\($0)" }.joined(separator: "\n")
    #expect(try replica.kv("delete", "a b", "e").exit == 0)
    #expect(try replica.batch(lines).exit == 0)
    #expect(try replica.kv("scan").outputText == scan)
  }

  @Test func aLineThatIsNoEventEndsTheReading() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    for (line, reason) in [
      ("bogus k v", "'bogus' is none of"), ("put k", "the form is: put KEY VALUE"), ("get \\q", "a backslash"),
      ("put  v", "the key has 0 bytes"), ("put k " + String(repeating: "v", count: 5000), "the replica takes"),
    ] {
      let run = try replica.batch("put before 1\n\(line)\nput after 1\n")
      #expect(run.exit == 64 && run.errorText.contains("line 2") && run.errorText.contains(reason), "\(run)")
    }
    #expect(try replica.kv("get", "before").outputText == "1\n")
    #expect(try replica.kv("get", "after").exit == 17)
  }
}
