import Glibc
import SystemPackage

/// A run of a program to its end: what it wrote and how it ended.
///
///     let run = try Run.tool("format", path, "--cluster", "1")
///     #expect(run.exit == 0, "\(run)")
struct Run: CustomStringConvertible {
  /// How long a program may take unless a test says otherwise; then it is killed, and `exit` is nil.
  static let timeout = Duration.seconds(120)

  let arguments: [String]
  let output: [UInt8]
  let errors: [UInt8]
  /// The exit status; nil if a signal ended it.
  let exit: Int32?
  /// The signal that ended it.
  let signal: Int32?

  var outputText: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: errors, as: UTF8.self) }

  /// For the failure of a test.
  var description: String {
    let end = exit.map { "exit \($0)" } ?? "signal \(signal ?? 0)"
    return "\(arguments.joined(separator: " ")): \(end)\n--- output\n\(outputText)--- errors\n\(errorText)"
  }

  /// Runs the built tool.
  static func tool(_ arguments: String..., timeout: Duration = timeout) throws -> Run {
    try tool(arguments, timeout: timeout)
  }

  /// Runs the built tool.
  static func tool(_ arguments: [String], timeout: Duration = timeout) throws -> Run {
    try ChildProcess([builtTool.string] + arguments).finish(timeout: timeout)
  }

  /// Runs a shell script in which `"$0" "$@"` is the built tool with these arguments: for limits and redirections.
  static func shell(_ script: String, _ arguments: [String], timeout: Duration = timeout) throws -> Run {
    try ChildProcess(["/bin/sh", "-c", script, builtTool.string] + arguments).finish(timeout: timeout)
  }

  static let builtTool = built("mkraft-ctl")

  /// What was built lies beside the program that runs the tests.
  static func built(_ name: String) -> FilePath {
    guard let resolved = unsafe realpath("/proc/self/exe", nil) else { preconditionFailure("/proc tells who runs") }
    defer { unsafe free(resolved) }
    return FilePath(unsafe String(cString: resolved)).removingLastComponent().appending(name)
  }
}
