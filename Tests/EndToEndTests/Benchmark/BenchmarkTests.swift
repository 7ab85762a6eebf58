import Glibc
import SystemPackage
import Testing

/// The benchmarks as their user meets them, within bounds so small that their figures mean nothing: what is checked is their shape,
/// what follows from them, and that nothing is left behind. Serialized, since each is a load.
@Suite(.serialized) struct BenchmarkTests {
  private static let bounds = ["--time-limit", "2s", "--space", "64M"]
  /// Names that a benchmark gives to its own files, and one that it does not.
  private static let names = ["device", "replica", "full", "log", "metadata", "metadata.new", "other"]

  let scratch: TemporaryDirectory
  private let validator: SchemaValidator

  /// In the place that is named for scratch stand files that are nobody's business.
  init() throws {
    scratch = try TemporaryDirectory()
    validator = try SchemaValidator()
    for name in BenchmarkTests.names { _ = try scratch.file(name, Array(name.utf8)) }
  }

  private func run(_ arguments: String...) throws -> JSONNode {
    let all =
      ["benchmark"] + arguments + BenchmarkTests.bounds + ["--scratch", scratch.path.string, "--output", "json"]
    let run = try Run.tool(all)
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let document = try #require(try JSONNode.documents(run.outputText).first)
    let problems = validator.problems(document)
    #expect(problems.isEmpty, "\(problems.prefix(5))")
    try expectNothingChanged()
    return document
  }

  private func expectNothingChanged() throws {
    #expect(scratch.names.sorted() == BenchmarkTests.names.sorted(), "what a benchmark made is removed")
    for name in BenchmarkTests.names { #expect(try readAll(scratch[name]) == Array(name.utf8)) }
  }

  @Test func replicaStandsBesideTheDevice() throws {
    let report = try run(
      "--clients", "1", "--clients", "3", "--batch-size", "1", "--batch-size", "4", "--value-size", "100")
    #expect(report["schema"]?.text == "mkraft-ctl-benchmark")
    let device = try #require(report["device"]?.elements)
    #expect(Set(device.compactMap { $0["work"]?.text }) == ["durable-write", "ordered-pair", "read"])
    for row in device { #expect(try row.number("rate", "count") > 0 && row.number("bytes_per_second") > 0) }
    // Two numbers of clients with the first batch, and the other batch with the most of them.
    let loads = try #require(report["loads"]?.elements)
    let cells = try loads.map { [try $0.number("clients"), try $0.number("batch_size"), try $0.number("value_size")] }
    let leftOut = report["left_out"]?.elements?.compactMap(\.text) ?? []
    for (clients, batch) in [(1, 1), (3, 1), (3, 4)] {
      // On a machine at work there may be no time for it, but then it is said.
      let isThere = cells.contains([Double(clients), Double(batch), 100])
      #expect(isThere || leftOut.contains { $0.contains("\(clients) clients, batch \(batch), value 100") })
    }
    for load in loads {
      let (ours, pairs) = (try load.number("requests", "per_second"), try load.number("device_pairs", "per_second"))
      #expect(try ours > 0 && pairs > 0 && abs(load.number("rate_to_device") - ours / pairs) < 1e-6)
      #expect(try load.number("values_per_second") == ours * load.number("batch_size"))
      let latencies = try ["p50_us", "p99_us", "p99_9_us", "max_us"].map { try load.number("requests", $0) }
      #expect(latencies == latencies.sorted() && latencies[0] > 0)
    }
  }

  /// The formula is worked out here again, from the figures that stand beside its result.
  @Test func superblockCostsWhatTheFormulaSays() throws {
    let report = try run("superblock", "--writers", "1", "--writers", "2")
    let rows = try #require(report["rows"]?.elements)
    let (superblock, file) = (
      try report.number("superblock_update", "mean_us") / 1e6, try report.number("file_update", "mean_us") / 1e6
    )
    #expect(superblock > 0 && file > 0)
    var everyOp = 0
    for row in rows {
      guard let every = try? row.number("every_ops") else {
        #expect(row["metadata"]?.text == "never" && row["rate_predicted"] == .null)
        #expect(try row.number("metadata_bytes_per_op") == 0 && row.number("updates", "count") == 0)
        continue
      }
      let isFile = row["metadata"]?.text == "file"
      let cost = (isFile ? file : superblock) / every
      let expected = try min(
        1 / (1 / row.number("rate_without") + cost / row.number("writers")), 1 / cost)
      #expect(try abs(row.number("rate_predicted") / expected - 1) < 1e-9)
      guard every == 1 else { continue }
      everyOp += 1
      // Four copies of 16 KiB, each flushed; or the file and its directory.
      #expect(try row.number("updates", "count") == row.number("appends", "count"))
      #expect(try row.number("metadata_bytes_per_op") == (isFile ? 64 : 65536))
      #expect(try row.number("metadata_flushes_per_op") == (isFile ? 2 : 4))
    }
    #expect(everyOp == 4 || report["left_out"] != .array([]), "superblock and file, for each number of writers")
  }

  @Test func logIsSized() throws {
    let report = try run("wal", "--clients", "2", "--checkpoint-duration", "30ms", "--rate", "10000")
    // 300 ops in 30 ms and a pipeline, more than the headroom: 1024 - 8 - 8 - 308.
    let sizing = try #require(report["sizing"])
    #expect(sizing["advice"]?.text == "geometry")
    #expect(try sizing.number("advised", "headroom") == 308 && sizing.number("advised", "checkpoint_interval") == 700)
    let pilot = try #require(report["pilot"])
    #expect(["reference", "no-checkpoint"].contains(pilot["verdict"]?.text) && pilot["stalls_predicted"] == .null)
    for check in report["stall_checks"]?.elements ?? [] {
      #expect(try check.number("checkpoint_interval") == pilot.number("checkpoint_interval"), "one interval for all")
      #expect(try check.number("headroom") >= 16, "two pipelines")
      try expectPrediction(check, by: pilot)
    }
  }

  /// The headroom's time is worked out here again: all but a pipeline of 8, at the rate of the first load's checkpoints.
  private func expectPrediction(_ check: JSONNode, by pilot: JSONNode) throws {
    guard try check.number("checkpoints", "count") > 0 else {
      #expect(check["verdict"]?.text == "no-checkpoint" && check["stall_seconds_predicted"] == .null)
      return
    }
    let time = try (check.number("headroom") - 8) / pilot.number("ops_per_second_during_checkpoints") * 1e6
    if try check.number("checkpoints", "max_us") < time {
      #expect(try check.number("stalls_predicted") == 0 && check.number("stall_seconds_predicted") == 0)
    } else {
      #expect(try check.number("stalls_predicted") >= 0 && check.number("stall_seconds_predicted") >= 0)
      #expect(check["verdict"]?.text != "none-as-predicted", "a checkpoint was longer than the headroom lasts")
    }
  }

  /// The smallest of all: what has no time is named.
  @Test func whatHasNoTimeIsLeftOut() throws {
    let run = try Run.tool(
      ["benchmark", "--time-limit", "100ms", "--space", "64M", "--scratch", scratch.path.string, "--output", "json"])
    #expect(run.exit == 0, "\(run)")
    let report = try #require(try JSONNode.documents(run.outputText).first)
    #expect(validator.problems(report).isEmpty && report["full_log"] == .null)
    #expect(report["left_out"]?.elements?.contains(.string("verify")) == true)
    try expectNothingChanged()
  }

  @Test func interruptedBenchmarkLeavesNothingBehind() throws {
    for (signal, exit) in [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)] {
      for words in [[], ["superblock"], ["wal"]] {
        let child = try ChildProcess(
          [Run.builtTool.string, "benchmark"] + words
            + ["--time-limit", "10m", "--space", "64M", "--scratch", scratch.path.string])
        // It has begun when its directory is there.
        while scratch.names.count == BenchmarkTests.names.count { usleep(10_000) }
        child.send(signal)
        let run = try child.finish()
        #expect(run.exit == exit && run.errorText.contains("interrupted"), "\(run)")
        try expectNothingChanged()
      }
    }
  }

  @Test func whatCannotBeDoneIsRefused() throws {
    func refused(_ exit: Int32, _ word: String, _ arguments: String...) throws {
      let run = try Run.tool(["benchmark"] + arguments)
      #expect(run.exit == exit && run.output.isEmpty && run.errorText.contains(word), "\(run)")
    }
    let missing = scratch["missing"].string
    try refused(73, missing, "--scratch", missing)
    // More than any disk has.
    try refused(73, "--scratch", "superblock", "--space", "4E", "--scratch", scratch.path.string)
    try refused(64, "--space", "--space", "63M")
    try refused(64, "--clients", "--clients", "0")
    try refused(64, "--batch-size", "--batch-size", "4096", "--value-size", "4K")
    try refused(64, "--writers", "superblock", "--writers", "65")
    try refused(64, "geometry-message-size", "superblock", "--message-size", "5000")
    try refused(64, "--rate", "wal", "--rate", "0")
    try expectNothingChanged()
  }

  // MARK: format --dry-run

  private static let format = ["--cluster", "1", "--replica", "0", "--replica-count", "1"]

  /// As worked out by hand: 10,000 ops a second and 30 ms; the usual log has 128 ops of headroom and 880 from one checkpoint to the next.
  @Test func formatSizesTheLog() throws {
    let run = try Run.tool(
      [
        "format", scratch["new"].string, "--dry-run", "--output", "json", "--rate", "10000", "--checkpoint-duration",
        "30ms",
      ]
        + ["--read-rate", "1G"] + BenchmarkTests.format)
    #expect(run.exit == 0, "\(run)")
    let report = try #require(try JSONNode.documents(run.outputText).first)
    #expect(validator.problems(report).isEmpty)
    let sizing = try #require(report["sizing"])
    #expect(try sizing.number("asked", "checkpoints_per_million_ops").rounded() == 1136, "10^6 / 880")
    #expect(try sizing.number("asked", "stall_ops_per_second").rounded() == 4000, "128 - 8 ops in 30 ms")
    #expect(try abs(sizing.number("asked", "stall_seconds_per_checkpoint") - 0.018) < 1e-9, "30 ms less 12 ms")
    #expect(try sizing.number("asked", "ring_read_seconds") == 1, "1 GiB at 1 GiB/s")
    #expect(try sizing.number("advised", "headroom") == 308 && sizing.number("advised", "checkpoint_interval") == 700)
    #expect(try sizing.number("advised", "stall_seconds_per_checkpoint") == 0)
    try expectNothingChanged()
  }

  /// What is advised, pasted, makes what was advised.
  @Test func adviceIsEnoughToFormat() throws {
    func plan(_ options: [String]) throws -> JSONNode {
      let run = try Run.tool(
        ["format", scratch["new"].string, "--dry-run", "--output", "json"] + BenchmarkTests.format + options)
      #expect(run.exit == 0, "\(run)")
      return try #require(try JSONNode.documents(run.outputText).first)
    }
    let conditions = ["--rate", "10000", "--checkpoint-duration", "30ms"]
    let own = [
      "--message-size", "64K", "--sessions", "9", "--block-size", "16K", "--grid-blocks-max", "5000", "--io-unit", "8K",
      "--pipeline", "4",
    ]
    for options in [[], own] {
      let asked = try plan(options + conditions)
      let words = try #require(asked["sizing"]?["advice_words"]?.text)
      #expect(asked["sizing"]?["advice"]?.text == "geometry")
      let made = try plan(words.split(separator: " ").map(String.init))
      for field in ["io_unit", "message_size", "pipeline", "sessions", "block_size", "grid_blocks_max"] {
        #expect(made["geometry"]?[field] != nil && made["geometry"]?[field] == asked["geometry"]?[field], "\(field)")
      }
      for field in ["slot_count", "headroom", "checkpoint_interval"] {
        let advised = try asked.number("sizing", "advised", field)
        #expect(try made.number("geometry", field) == advised, "\(field)")
      }
    }
  }

  /// Nothing is called good enough that was not weighed.
  @Test func adviceNeedsBothFigures() throws {
    for (options, advice) in [
      (["--rate", "1000"], "checkpoint-unknown"), (["--checkpoint-duration", "50ms"], "rate-unknown"),
      (["--rate", "1000", "--checkpoint-duration", "50ms"], "as-asked"),
    ] {
      let run = try Run.tool(
        ["format", scratch["new"].string, "--dry-run", "--output", "json"] + BenchmarkTests.format + options)
      let report = try #require(try JSONNode.documents(run.outputText).first)
      #expect(run.exit == 0 && report["sizing"]?["advice"]?.text == advice, "\(run)")
      #expect(report["implies"]?["executable_ops_after_checkpoint_max"]?.text == "1008", "880 and 128")
    }
  }

  @Test func sizingNeedsDryRun() throws {
    let run = try Run.tool(["format", scratch["new"].string, "--rate", "10000"] + BenchmarkTests.format)
    #expect(run.exit == 64 && run.errorText.contains("--dry-run"), "\(run)")
    try expectNothingChanged()
  }
}

extension JSONNode {
  /// A number at the end of a path of names.
  fileprivate func number(_ path: String...) throws -> Double {
    let node = path.reduce(self as JSONNode?) { $0?[$1] }
    guard case .number(let number)? = node else { throw NotThere(path: path) }
    return number
  }

  private struct NotThere: Error { let path: [String] }
}
