import Glibc
import MKraftFormat
import SystemPackage
import Testing

/// `drill --as-single`: what a replica knew is read from a throwaway fork.
@Suite struct SingleForkTests {
  private func fork(_ file: String, _ directory: TemporaryDirectory) throws -> (child: ChildProcess, server: String) {
    let child = try ChildProcess(
      [Run.builtTool.string, "drill", "--as-single", file, "--scratch", directory.path.string])
    let line = try #require(try child.line())
    let words = line.split(separator: " ")
    return (child, words.count > 1 && words[0] == "ready" ? String(words[1]) : "")
  }

  @Test func showsWhatAReplicaKnewAndLeavesNothing() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "v").exit == 0)
    let inUse = try Run.tool("drill", "--as-single", file.path.string)
    #expect(inUse.exit == 75, "\(inUse)")
    #expect(try replica.stop().exit == 0)
    let before = try file.bytes()
    let (child, server) = try fork(file.path.string, file.directory)
    #expect(try Run.tool("kv", "get", "--server", server, "k").outputText == "v\n")
    let ping = try Run.tool("ping", server)
    #expect(ping.exit == 0 && !ping.outputText.contains("0000000000c1"), "\(ping)")
    #expect(try Run.tool("kv", "put", "--server", server, "k", "other").exit == 0)
    child.send(SIGTERM)
    let end = try child.finish()
    #expect(end.exit == 0 && end.errorText.contains("not what its cluster agreed on"), "\(end)")
    #expect(file.directory.names == ["f"])
    #expect(try file.bytes() == before)
  }

  /// A fork is made of what a replica knew, and of nothing that only looks like it.
  @Test func anImageThatIsNotTheFileIsRefused() throws {
    let file = try SmallFile()
    let (image, whole, evidence) = (file.directory["image"], file.directory["whole"], file.directory["evidence"])
    for arguments in [
      ["image", file.path.string, "--to", image.string],
      ["image", file.path.string, "--with-payloads", "--to", whole.string],
      ["recover", "collect", file.path.string, "--with-payloads", "--to", evidence.string],
    ] { #expect(try Run.tool(arguments).exit == 0) }
    var bytes = try readAll(whole)
    let unsteady = try file.directory.file("unsteady", UnsteadyImage.of(bytes))
    bytes[4096 + 100] ^= 1
    let damaged = try file.directory.file("damaged", bytes)
    let expected: [(FilePath, Int32, String)] = [
      (image, 15, "keys and values were left out"), (unsteady, 12, "(file-changing)"),
      (damaged, 65, "whose piece for bytes 0..<1048576"),
      (evidence, 65, "it is evidence of data files, collected by mkraft-ctl, which no fork is made of"),
    ]
    for (path, exit, words) in expected {
      let run = try Run.tool("drill", "--as-single", path.string, "--scratch", file.directory.path.string)
      #expect(run.exit == exit && run.output.isEmpty && run.errorText.contains(words), "\(run)")
      #expect(run.errorText.hasPrefix("mkraft-ctl: \(path.string): "), "\(run)")
    }
    #expect(file.directory.names == ["damaged", "evidence", "f", "image", "unsteady", "whole"])
    // A whole one does as the file itself.
    let (child, server) = try fork(whole.string, file.directory)
    #expect(try Run.tool("kv", "get", "--server", server, "k").exit == 17)
    child.send(SIGTERM)
    #expect(try child.finish().exit == 0)
  }

  @Test func takesAFileOfAClusterOfSeveral() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"].string
    let format = try Run.tool([
      "format", path, "--cluster", "c1", "--replica", "2", "--replica-count", "3", "--initial-cluster", "--slots", "64",
      "--message-size", "4K", "--sessions", "2",
    ])
    #expect(format.exit == 0, "\(format)")
    let (child, server) = try fork(path, directory)
    #expect(try Run.tool("kv", "get", "--server", server, "k").exit == 17)
    child.send(SIGTERM)
    #expect(try child.finish().exit == 0)
    #expect(directory.names == ["f"])
  }
}
