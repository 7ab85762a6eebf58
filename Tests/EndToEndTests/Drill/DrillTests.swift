import Glibc
import MKraftForensics
import MKraftFormat
import SystemPackage
import Testing

/// The drill as its user meets it. Each run kills real replicas, so they are few and small.
@Suite(.serialized) struct DrillTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  @Test func smallDrillLosesNothing() throws {
    let run = try Run.tool("drill", "--kills", "2", "--seed", "7", "--scratch", scratch.path.string)
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    let lines = run.outputText.split(separator: "\n").map { $0.split(separator: " ") }
    let totals = lines.filter { $0.count >= 2 }
    for total in [["lost", "0"], ["doubled", "0"], ["kills", "2"]] as [[Substring]] {
      #expect(totals.contains { Array($0.prefix(2)) == total }, "\(total): \(run)")
    }
    #expect(run.outputText.contains("SIGKILL with") && run.outputText.contains("exit 0"), "\(run)")
    #expect(scratch.names.isEmpty, "what a sound drill made is removed: \(scratch.names)")
  }

  @Test func keptDrillShowsWhatWasAcknowledged() throws {
    let run = try Run.tool(
      "drill", "--kills", "1", "--seed", "8", "--keep", "--scratch", scratch.path.string, "--output", "ndjson")
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    for member in [
      #""schema":"mkraft-ctl-drill""#, #""seed":"8""#, #""kills":1,"#, #""lost":0,"#, #""doubled":0,"#,
      #""reordered":0,"#, #""faults":[],"#, #""reason":null,"#,
    ] {
      #expect(run.outputText.contains(member), "\(member): \(run)")
    }
    let directory = try scratch.path.appending(#require(scratch.names.first))
    let record = try Run.shell(#"wc -l < "$1""#, [directory.appending("acknowledged.ndjson").string])
    let acknowledged = record.outputText.trimmed
    #expect(run.outputText.contains(#""acknowledged":\#(acknowledged),"#), "\(acknowledged): \(run)")
    let plan = DrillPlan(kills: 1, seed: 8)
    let least = plan.rounds[0].acknowledgements + DrillPlan.lastAcknowledgements
    #expect(try #require(Int(acknowledged)) >= least)
    try removeAll(directory)
  }

  /// An acknowledged entry is destroyed while the replica runs: after the next kill the drill must say so.
  @Test func destroyedEntryFailsTheDrill() throws {
    // Without wraps no later entry takes its slot, and no checkpoint makes it dispensable.
    let plan = DrillPlan(kills: 3, wraps: 0, seed: 7)
    let child = try ChildProcess([
      Run.builtTool.string, "drill", "--kills", "3", "--wraps", "0", "--seed", "7", "--scratch", scratch.path.string,
    ])
    while let line = try child.line() { if line.contains("check ") { break } }
    let directory = try scratch.path.appending(#require(scratch.names.first))
    // Past the sessions' own entries: an acknowledged request.
    let offset = plan.geometry.prepareOffset(slot: plan.sessions + 20) + UInt64(PrepareHeader.byteCount)
    let file = try FileDescriptor.open(directory.appending("replica.mkraft"), .readWrite)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: Int64(offset), [0xDE, 0xAD, 0xBE, 0xEF]) }
    let run = try child.finish()
    #expect(run.exit == 18, "\(run)")
    #expect(run.errorText.contains("replica.mkraft") && run.errorText.contains("wal-prepare-corrupt"), "\(run)")
    #expect(scratch.names == [directory.lastComponent?.string].compactMap(\.self), "what failed is kept")
    try removeAll(directory)
  }

  @Test func interruptedDrillLeavesNothingBehind() throws {
    for (signal, exit) in [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)] {
      let child = try ChildProcess([
        Run.builtTool.string, "drill", "--kills", "50", "--scratch", scratch.path.string,
      ])
      while let line = try child.line() { if line.contains("register ") { break } }
      child.send(signal)
      let run = try child.finish()
      #expect(run.exit == exit, "\(run)")
      #expect(scratch.names.isEmpty, "\(scratch.names)")
      // The pattern is not in the command line of the shell that looks, nor in that of grep.
      let replicas = try Run.shell(
        #"grep -l -a -P "start\x00$1" /proc/[0-9]*/cmdline 2>/dev/null"#, [scratch.path.string])
      #expect(replicas.output.isEmpty, "\(replicas)")
    }
  }

  @Test func whatCannotBeDoneIsRefused() throws {
    for kills in ["0", "1001", "-1"] {
      let run = try Run.tool("drill", "--kills", kills)
      #expect(run.exit == 64 && run.output.isEmpty, "\(run)")
    }
    let missing = scratch["missing"].string
    let run = try Run.tool("drill", "--scratch", missing)
    #expect(run.exit == 73 && run.errorText.contains(missing), "\(run)")
  }

  private func removeAll(_ directory: FilePath) throws {
    _ = try Run.shell(#"rm -r -- "$1""#, [directory.string])
  }
}

extension String {
  fileprivate var trimmed: String { String(filter { !$0.isWhitespace }) }
}
