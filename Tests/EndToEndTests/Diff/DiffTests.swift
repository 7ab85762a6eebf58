import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct DiffTests {
  @Test func aFileAndItsBackup() throws {
    let directory = try TemporaryDirectory()
    let backup = try LoadedFile([[1, 2, 3]]).save(in: directory, as: "a backup")
    let file = try LoadedFile([[1, 2, 3], [4, 5]]).save(in: directory, as: "file")
    let run = try Run.tool("diff", file.string, backup.string)
    #expect(run.exit == 16 && run.errors.isEmpty, "\(run)")
    for words in ["behind", "up to op 3", "4..4", "beyond-head", "divergence  none"] {
      #expect(run.outputText.contains(words), "\(words): \(run)")
    }
    let json = try Run.tool("diff", file.string, backup.string, "--output", "ndjson")
    #expect(
      json.exit == 16 && json.outputText.hasPrefix(#"{"schema":"mkraft-ctl-diff","schema_version":1,"#), "\(json)")
    #expect(json.outputText.contains(#""relation":"behind","same":false"#), "\(json)")
    #expect(json.outputText.contains(#""last_common_op":"3""#), "\(json)")
    let same = try Run.tool("diff", file.string, file.string)
    #expect(same.exit == 0 && same.outputText.contains("the same by meaning"), "\(same)")
    #expect(directory.names == ["a backup", "file"], "reading writes nothing")
  }

  /// A replica writes to the file while it is looked at twice: that is never told as two replicas that differ.
  @Test func aFileInUseAndItself() throws {
    let file = try SmallFile()
    let link = try file.directory.link("link", to: file.path)
    let replica = try RunningReplica(file.path)
    let lines = #"i=0; while [ $i -lt 6000 ]; do echo "put key/$((i % 700)) value/$i"; i=$((i + 1)); done"#
    let load = try ChildProcess([
      "/bin/sh", "-c", lines + #" | "$0" kv batch --server "$1""#, Run.builtTool.string, replica.server,
    ])
    for _ in 0..<6 {
      let run = try Run.tool("diff", file.path.string, link.string)
      #expect(run.exit == 0 || run.exit == 12, "\(run)")
      #expect(run.outputText.contains("  named more than once  A, B") && run.errors.isEmpty, "\(run)")
    }
    #expect(try load.finish().exit == 0)
    #expect(try replica.stop().exit == 0)
    let json = try Run.tool("diff", file.path.string, link.string, "--output", "ndjson")
    #expect(json.exit == 0 && json.outputText.contains(#""relation":"same","same":true"#), "\(json)")
    #expect(json.outputText.contains(#""named_more_than_once":[["\#(file.path)","\#(link)"]]"#), "\(json)")
  }

  @Test func logsThatPart() throws {
    let directory = try TemporaryDirectory()
    let one = try LoadedFile([[1, 2, 3]])
    let other = try LoadedFile([[1, 2, 4]])
    let (a, b) = (try one.save(in: directory, as: "a"), try other.save(in: directory, as: "b"))
    let run = try Run.tool("diff", a.string, b.string)
    #expect(run.exit == 16 && run.outputText.contains("at op 3"), "\(run)")
    #expect(
      run.outputText.contains(one.entries[3].checksumText) && run.outputText.contains(other.entries[3].checksumText))
    #expect(run.outputText.hasSuffix("  mkraft-ctl dump-wal --op 3..3 \(a)\n"), "\(run)")
  }

  @Test func filesOfDifferentClustersAndNoFiles() throws {
    let directory = try TemporaryDirectory()
    let one = try SmallFile()
    let other = try LoadedFile().save(in: directory, as: "other")
    let run = try Run.tool("diff", one.path.string, other.string)
    #expect(run.exit == 16, "\(run)")
    let missing = try Run.tool("diff", other.string, directory["no"].string)
    #expect(missing.exit == 66 && missing.output.isEmpty, "\(missing)")
    #expect(try Run.tool("diff", other.string).exit == 64)
    let text = try directory.file("text", Array("hello".utf8))
    let foreign = try Run.tool("diff", other.string, text.string)
    #expect(foreign.exit == 65, "\(foreign)")
  }
}

extension PrepareHeader {
  fileprivate var checksumText: String { checksum.hex }
}
