import Glibc
import SystemPackage
import Testing

/// `mkraft-ctl start` as a child process, ready to take requests; killed when the object goes.
final class RunningReplica {
  let child: ChildProcess
  /// The line of readiness.
  let ready: String
  /// Where it listens: ADDRESS:PORT.
  let server: String

  init(_ file: FilePath, _ arguments: String...) throws {
    child = try ChildProcess([Run.builtTool.string, "start", file.string] + arguments)
    guard let line = try child.line() else {
      let run = try child.finish()
      throw NotReady(run: "\(run)")
    }
    ready = line
    let words = line.split(separator: " ")
    server = words.count > 1 && words[0] == "ready" ? String(words[1]) : ""
  }

  struct NotReady: Error {
    let run: String
  }

  /// The number behind a word of the line of readiness.
  func number(_ word: String) -> Int? {
    let words = ready.split(separator: " ")
    return words.firstIndex(of: word[...]).flatMap { Int(words[$0 + 1]) }
  }

  var port: UInt16 { server.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

  /// Stops it cleanly.
  func stop() throws -> Run {
    child.send(SIGTERM)
    return try child.finish()
  }

  /// Kills it where it stands.
  func kill() throws {
    child.send(SIGKILL)
    #expect(try child.finish().signal == SIGKILL)
  }

  func kv(_ arguments: String...) throws -> Run {
    try Run.tool(["kv", arguments[0], "--server", server] + arguments.dropFirst())
  }

  /// `kv batch` with this input.
  func batch(_ input: String, _ arguments: String...) throws -> Run {
    let directory = try TemporaryDirectory()
    let file = try directory.file("input", Array(input.utf8))
    return try Run.shell(
      #"input=$1; shift; exec "$0" "$@" < "$input""#, [file.string, "kv", "batch", "--server", server] + arguments)
  }
}
