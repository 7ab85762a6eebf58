import SystemPackage

/// Commands of the runbook or of the README, typed one after the other into one shell in the situation's directory.
///
/// The shell and whatever it has started are one process group under timeout(1), which ends them all; a job left behind is
/// killed when the shell ends.
struct RunbookSession {
  /// Seconds that a situation may take.
  private static let secondsMax = 90
  /// Where the files stand and the replica listens in the page.
  static let directory = "/var/lib/mkraft"
  static let port = "7001"

  private let ground: RunbookGround
  private let port: String

  init(_ ground: RunbookGround) throws {
    self.ground = ground
    port = String(try LoopbackSocket(listening: ()).port)
  }

  /// Runs the commands.
  /// - Returns: for each, the lines it printed, with errors between them, as at a terminal; nil if it was not reached.
  func run(_ commands: [RunbookCommand]) throws -> [[String]?] {
    let typed = commands.enumerated().map { script($0.element, number: $0.offset) }
    let session = try ground.directory.file(".session", Array((prologue + typed.joined(separator: "\n")).utf8))
    let run = try ChildProcess([
      "/usr/bin/env", "timeout", "-k", "5", String(Self.secondsMax), "sh", session.string,
    ]).finish()
    let printed = split(run.outputText + run.errorText)
    return commands.indices.map { printed[$0] }
  }

  /// Runs the commands.
  /// - Returns: each that printed something else than the page shows, or was not reached, with what it printed.
  func differences(_ commands: [RunbookCommand]) throws -> [String] {
    zip(commands, try run(commands)).compactMap { command, lines in
      guard let lines else { return "line \(command.line): not reached: \(command.text)" }
      guard !command.matches(lines) else { return nil }
      return "line \(command.line): $ \(command.text)\n" + lines.joined(separator: "\n")
    }
  }

  // MARK: The script

  /// No line that a command prints.
  private let mark = "=== runbook"

  private var prologue: String {
    let tools = Run.builtTool.removingLastComponent().string
    let settings = ground.environment.map { "export \($0.name)='\($0.value)'\n" }.joined()
    return """
      cd '\(ground.directory.path.string)' || exit
      exec 2>&1
      jobs_file='\(ground.directory[".jobs"].string)'
      trap 'jobs -p > "$jobs_file"; while read job; do kill -KILL "$job" 2> /dev/null; done < "$jobs_file"' EXIT
      PATH='\(tools)':$PATH
      LC_ALL=C
      export PATH LC_ALL
      \(settings)status=0

      """
  }

  /// A command between two marks. `$?` is that of the command before.
  private func script(_ command: RunbookCommand, number: Int) -> String {
    let text = command.text.replacing("127.0.0.1:\(Self.port)", with: "127.0.0.1:\(port)")
      .replacing("'", with: #"'\''"#)
    return """
      echo '\(mark) \(number)'
      (exit $status)
      eval '\(text)'
      status=$?
      """
  }

  // MARK: Its output

  /// What each command printed, by its number.
  private func split(_ output: String) -> [Int: [String]] {
    var printed: [Int: [String]] = [:]
    var number: Int?
    for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(mark + " ") {
        number = Int(line.dropFirst(mark.count + 1))
        if let number { printed[number] = [] }
      } else if let number {
        printed[number]?.append(asInThePage(line))
      }
    }
    // What follows the last line's end.
    if let number, printed[number]?.last == "" { printed[number]?.removeLast() }
    return printed
  }

  private func asInThePage(_ line: Substring) -> String {
    String(line).replacing(ground.directory.path.string, with: Self.directory)
      .replacing("127.0.0.1:\(port)", with: "127.0.0.1:\(Self.port)")
  }
}
