internal import ArgumentParser
internal import MKraftOutput

/// The root command: names the others, and answers `--version`.
struct Tool: Command {
  static let configuration = CommandConfiguration(
    commandName: Diagnostics.tool,
    abstract: "Prepares, examines, repairs and runs the data files of mkraft replicas.",
    discussion: """
      Reading never writes. Exit codes: 0 sound, 10 to 14 a verdict on the file, 64 and above nothing was concluded.
      """,
    subcommands: [
      FormatCommand.self, StatusCommand.self, InspectSuperblockCommand.self, DumpWALCommand.self, VerifyCommand.self,
      MapCommand.self, ExplainCommand.self, HexdumpCommand.self, DiffCommand.self, ImageCommand.self,
      RepairCommand.self, RecoverCommand.self, StartCommand.self, PingCommand.self, KeyValueCommand.self,
      DrillCommand.self, BenchmarkCommand.self,
    ])

  @Flag(name: .customLong("version"), help: "Print the versions of the tool and of what it reads and writes.")
  var isVersionWanted = false

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    if isVersionWanted {
      Versions.current.render(on: console)
      return .sound
    }
    console.errors.write(Tool.helpMessage() + "\n")
    return .usage
  }

  /// Parses the arguments and runs the command they name.
  static func perform(_ arguments: [String]) -> ExitCode {
    do {
      let parsed = try Tool.parseAsRoot(arguments)
      if let command = parsed as? any Command { return command.run(on: Console(command.output)) }
      var other = parsed
      try other.run()
      return .sound
    } catch {
      return answer(error)
    }
  }

  /// What the parser throws: help and completion scripts are answers, everything else is wrong usage.
  private static func answer(_ error: any Error) -> ExitCode {
    let console = Console(OutputOptions.standard)
    let text = Tool.fullMessage(for: error)
    guard Tool.exitCode(for: error) == .success else {
      // It may quote what stands on the command line, which can be anything.
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        console.errors.writeVisible(String(line))
        console.errors.write("\n")
      }
      return console.finish(.usage)
    }
    console.out.write(text + "\n")
    let code = console.finish(.sound)
    // Whoever has read enough of a help text misses no verdict.
    return code == .incomplete ? .sound : code
  }
}
