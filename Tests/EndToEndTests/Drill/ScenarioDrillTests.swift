import Glibc
import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// The drill of damages as its user meets it.
@Suite(.serialized) struct ScenarioDrillTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// How each must come out on a file whose replica was killed: by the design, not by the tool's own table.
  private static let wanted: [String: (verdict: Double, remedy: String, kind: String)] = [
    "superblock-copy-rotten": (10, "replica", "superblock-copy-damaged"),
    "superblock-quorum-lost": (14, "recover", "superblock-quorum-lost"),
    "superblock-gone": (14, "recover", "superblock-not-found"),
    "superblock-rolled-back": (14, "recover", "superblock-rolled-back"),
    "first-megabyte-wiped": (10, "replica", "superblock-copy-damaged"),
    "header-rotten": (10, "replica", "wal-header-corrupt"),
    "header-ring-gone": (10, "replica", "wal-header-corrupt"),
    "prepare-torn": (0, "replica", "wal-tail-torn"),
    "prepare-rotten": (13, "backup", "wal-prepare-corrupt"),
    "prepare-header-rotten": (11, "file", "wal-prepare-corrupt"),
    "prepare-rotten-below-checkpoint": (10, "replica", "wal-prepare-unused-damaged"),
    "prepare-misdirected": (13, "backup", "wal-prepare-corrupt"),
    "entry-rotten": (13, "backup", "wal-entry-lost"),
    "head-rotten": (14, "recover", "wal-head-undecidable"),
    "reply-rotten": (13, "backup", "reply-lost"),
    "reply-header-rotten": (11, "file", "reply-lost"),
    "sessions-rotten": (13, "backup", "checkpoint-damaged"),
    "root-rotten": (13, "backup", "block-corrupt"),
    "leaf-rotten": (13, "backup", "block-corrupt"),
    "block-header-rotten": (11, "file", "block-corrupt"),
    "block-misdirected": (13, "backup", "block-unexpected"),
    "gap-written": (10, "replica", "gap-not-zero"),
    "file-truncated": (14, "backup", "file-truncated"),
    "grid-gone": (13, "backup", "checkpoint-damaged"),
  ]

  @Test func everyScenarioComesOutAsItMust() throws {
    let document = try drill("--scenario", "all", "--seed", "11")
    let scenarios = try #require(document["scenarios"]?.elements)
    #expect(scenarios.compactMap { $0["scenario"]?.text } == DrillScenario.allCases.map(\.name))
    #expect(Set(Self.wanted.keys) == Set(DrillScenario.allCases.map(\.name)))
    for scenario in scenarios {
      let name = try #require(scenario["scenario"]?.text)
      let wanted = try #require(Self.wanted[name])
      let kinds = scenario["kinds"]?.elements?.compactMap(\.text) ?? []
      #expect(scenario["result"]?.text == "as-expected", "\(scenario)")
      #expect(scenario["verdict"] == .number(wanted.verdict) && kinds.contains(wanted.kind), "\(scenario)")
      #expect(scenario["remedy"]?.text == wanted.remedy && scenario["lost"]?.elements == [], "\(scenario)")
      let isRepaired = ["file", "backup"].contains(wanted.remedy)
      #expect(scenario["undone"] == (isRepaired ? .bool(true) : .null), "\(name)")
      // With the untouched file as an older copy nothing has to be given up.
      #expect(scenario["started"] == .bool(true) && scenario["undecided"]?.elements == [], "\(scenario)")
      #expect((scenario["recovered_from"] == .null) == (wanted.remedy != "recover"), "\(scenario)")
    }
    // 32 sessions that were busy to the end, and an idle one.
    #expect(document["sessions_asked"] == .number(32) && document["sessions_not_asked"] == .number(1))
    #expect(try #require(document["keys"]?.text.flatMap { Int($0) }) > 1000)
    #expect(scratch.names.isEmpty, "\(scratch.names)")
  }

  /// A file of the user's: its replica was stopped, so that some damages look otherwise. It is not touched.
  @Test func fileStaysAsItIs() throws {
    let file = try loadedFile()
    let (before, stamp) = (try file.bytes(), try stamp(file.path))
    let document = try drill(file.path.string, "--seed", "3")
    #expect(try file.bytes() == before)
    #expect(try self.stamp(file.path) == stamp)
    #expect(scratch.names.isEmpty, "\(scratch.names)")
    let scenarios = try #require(document["scenarios"]?.elements)
    #expect(scenarios.count == DrillScenario.allCases.count)
    #expect(document["path"]?.text == file.path.string && document["keys"]?.text == "801")
    let results = Dictionary(
      uniqueKeysWithValues: scenarios.map { ($0["scenario"]?.text ?? "", ($0["result"]?.text, $0["remedy"]?.text)) })
    #expect(results.values.allSatisfy { $0.0 == "as-expected" || $0.0 == "not-applicable" }, "\(results)")
    #expect(results.values.count { $0.0 == "as-expected" } >= 20, "\(results)")
    // The clean stop names the head.
    #expect(results["head-rotten"]?.1 == "backup", "\(results)")
  }

  /// A replica of several cannot be started alone: what can be shown is shown, and nothing is guessed.
  @Test func fileOfALargerClusterIsNotStarted() throws {
    let path = scratch["f"]
    let formatted = try Run.tool(
      "format", path.string, "--cluster", "c1", "--replica", "1", "--replica-count", "3", "--initial-cluster",
      "--slots", "64", "--message-size", "4K")
    #expect(formatted.exit == 0, "\(formatted)")
    let document = try drill(path.string, "--seed", "3")
    #expect(document["can_start"] == .bool(false) && document["keys"] == .null)
    let scenarios = try #require(document["scenarios"]?.elements)
    #expect(scenarios.allSatisfy { $0["started"] == .bool(false) })
    let copy = scenarios.first { $0["scenario"]?.text == "superblock-copy-rotten" }
    #expect(copy?["verdict"] == .number(10) && copy?["result"]?.text == "not-judged", "\(document)")
    #expect(document["as_expected"] == .number(0) && document["unexpected"] == .number(0))
    #expect(scratch.names == ["f"])
    let text = try Run.tool("drill", path.string, "--seed", "3", "--scratch", scratch.path.string)
    #expect(text.exit == 0 && text.outputText.contains("not started  3 members"), "\(text)")
  }

  @Test func listNamesEveryScenario() throws {
    let run = try Run.tool("drill", "--list")
    #expect(run.exit == 0 && run.errors.isEmpty)
    for scenario in DrillScenario.allCases { #expect(run.outputText.contains("\n  \(scenario.name) "), "\(run)") }
  }

  // MARK: Trouble

  @Test func whatCannotBeDoneIsRefused() throws {
    let file = try SmallFile()
    let path = file.path.string
    for (arguments, exit, words) in [
      (["--scenario", "no-such"], 64, ["no-such", "--list"]), (["--scenario", "all", "--kills", "2"], 64, ["--kills"]),
      ([path, "--wraps", "2"], 64, ["--wraps"]), (["--list", path], 64, ["--list"]),
      (["--list", "--scenario", "all"], 64, ["--list"]), (["--list", "--kills", "3"], 64, ["--kills"]),
      (["/dev/null"], 66, ["/dev/null"]), ([file.directory["missing"].string], 66, ["missing"]),
      ([try file.directory.file("other", Array(repeating: 7, count: 1 << 20)).string], 65, ["other"]),
      // No disk at all: not even a tenth of it can stay free.
      ([path, "--scratch", "/proc"], 73, ["/proc", "10 % of the disk"]),
    ] as [([String], Int32, [String])] {
      let run = try Run.tool(["drill"] + arguments)
      #expect(run.exit == exit && run.output.isEmpty, "\(run)")
      for word in words { #expect(run.errorText.contains(word), "\(run)") }
    }
  }

  @Test func damagedOrBusyFilesAreRefused() throws {
    let file = try loadedFile()
    let replica = try RunningReplica(file.path)
    let busy = try Run.tool("drill", file.path.string, "--scratch", scratch.path.string)
    #expect(busy.exit == 75 && busy.errorText.contains("in use by"), "\(busy)")
    #expect(try replica.stop().exit == 0)
    let superblock = try file.superblock()
    try file.overwrite(
      at: superblock.geometry.blockOffset(address: superblock.checkpoint.treeRoot.address) + 300, with: [1, 2, 3, 4])
    let before = try file.bytes()
    let damaged = try Run.tool("drill", file.path.string, "--scratch", scratch.path.string)
    #expect(damaged.exit == 13 && damaged.errorText.contains("block-corrupt"), "\(damaged)")
    #expect(damaged.errorText.contains("mkraft-ctl status"), "\(damaged)")
    #expect(try file.bytes() == before && scratch.names.isEmpty)
  }

  /// Replicas that are killed while the drill asks them: it must say so, and keep what it has.
  @Test func replicasThatDieFailTheDrill() throws {
    let child = try ChildProcess([
      Run.builtTool.string, "drill", "--scenario", "leaf-rotten", "--seed", "2", "--scratch", scratch.path.string,
    ])
    // From the first line on the generated file is there, and replicas run on copies only.
    _ = try child.line()
    let killer = try ChildProcess([
      "/bin/sh", "-c",
      #"while [ -d "/proc/$2" ]; do for p in $(grep -l -a -P "start\x00$1/[^\x00]*/replica.mkraft" /proc/[0-9]*/cmdline 2>/dev/null); do p=${p#/proc/}; kill -9 "${p%/cmdline}" 2>/dev/null; done; done"#,
      "sh", scratch.path.string, "\(child.pid)",
    ])
    let run = try child.finish()
    killer.send(SIGKILL)
    _ = try killer.finish()
    #expect(run.exit == 18 && run.outputText.contains("failed"), "\(run)")
    #expect(scratch.names.count == 1, "what failed is kept")
    _ = try Run.shell(#"rm -r -- "$1"/mkraft-drill-*"#, [scratch.path.string])
  }

  /// Whoever writes to the file meanwhile makes the drill worth nothing, and that is what it says.
  @Test func fileThatChangesEndsTheDrill() throws {
    let file = try loadedFile()
    let child = try ChildProcess([Run.builtTool.string, "drill", file.path.string, "--scratch", scratch.path.string])
    while let line = try child.line() { if line.contains("superblock-copy-rotten") { break } }
    try file.overwrite(at: 20000, with: [0])
    let run = try child.finish()
    #expect(run.exit == 12 && run.errorText.contains("changed while the drill went on"), "\(run)")
    _ = try Run.shell(#"rm -r -- "$1"/mkraft-drill-*"#, [scratch.path.string])
  }

  @Test func interruptedDrillLeavesNothingBehind() throws {
    for (signal, exit) in [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)] {
      let child = try ChildProcess([
        Run.builtTool.string, "drill", "--scenario", "all", "--scratch", scratch.path.string,
      ])
      while let line = try child.line() { if line.contains("superblock-copy-rotten") { break } }
      child.send(signal)
      let run = try child.finish()
      #expect(run.exit == exit, "\(run)")
      #expect(scratch.names.isEmpty, "\(scratch.names)")
    }
  }

  // MARK: Support

  /// Runs a drill that must come out well; returns its document.
  private func drill(_ arguments: String...) throws -> JSONNode {
    let run = try Run.tool(
      ["drill"] + arguments + ["--scratch", scratch.path.string, "--output", "json"], timeout: .seconds(600))
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let document = try #require(try JSONNode.documents(run.outputText).first)
    #expect(try SchemaValidator().problems(document) == [])
    return document
  }

  private func stamp(_ path: FilePath) throws -> FileStamp? {
    try FileStorage.open(path, for: .reading(cached: true)).stamp
  }

  /// A small file with checkpoints, an idle session, and a tree of several leaves, whose replica was stopped.
  private func loadedFile() throws -> SmallFile {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "idle", "once").exit == 0)
    let lines = (0..<800).map { "put key/\(1000 + $0) \(String(repeating: "v", count: 300 + $0 % 7))\n" }.joined()
    let batch = try replica.batch(lines, "--batch-size", "4")
    #expect(batch.exit == 0, "\(batch)")
    #expect(try replica.stop().exit == 0)
    return file
  }
}
