import SystemPackage
import Testing

/// `verify-checksums` of a file that a replica is writing to; at length in Tests/LiveVerification.
@Suite struct VerifyLiveTests {
  /// Sound, or incomplete because it kept changing: never damaged. What it was judged as of is told.
  @Test func aFileUnderLoadIsNotDamaged() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let lines = #"i=0; while [ $i -lt 6000 ]; do echo "put key/$((i % 700)) value/$i"; i=$((i + 1)); done"#
    let load = try ChildProcess([
      "/bin/sh", "-c", lines + #" | "$0" kv batch --server "$1""#, Run.builtTool.string, replica.server,
    ])
    for round in 0..<8 {
      let how = round % 2 == 0 ? [] : ["--cached"]
      let run = try Run.tool(["verify-checksums", file.path.string, "--output", "ndjson"] + how)
      #expect(run.exit == 0 || run.exit == 12, "\(run)")
      #expect(run.outputText.contains(#""name":"live-file""#) && run.errors.isEmpty, "\(run)")
      #expect(run.outputText.contains("judged as of the checkpoint of op "), "\(run)")
      #expect(run.outputText.contains(#""judged_as_of_op":""#), "\(run)")
    }
    let loaded = try load.finish()
    #expect(loaded.exit == 0, "\(loaded)")
    #expect(try replica.stop().exit == 0)
    let after = try Run.tool("verify-checksums", file.path.string, "--quiet")
    #expect(after.exit == 0 && after.output.isEmpty, "\(after)")
    #expect(file.directory.names == ["f"], "reading leaves nothing")
  }
}
