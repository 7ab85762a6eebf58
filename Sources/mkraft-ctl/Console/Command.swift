internal import ArgumentParser
internal import MKraftOutput

/// A command of the tool.
protocol Command: ParsableCommand {
  var output: OutputOptions { get }

  /// Does the work and writes the result to `console.out`; returns what the findings make of it.
  func execute(on console: Console) throws(Failure) -> ExitCode
}

extension Command {
  /// Executes, reports a failure, and settles the exit code.
  func run(on console: Console) -> ExitCode {
    do throws(Failure) {
      return console.finish(try execute(on: console))
    } catch {
      console.report(error)
      return console.finish(error.code)
    }
  }

  /// Not used: `Tool.perform` executes commands, so that it has their exit codes.
  func run() throws { preconditionFailure("commands are executed on a console") }
}

/// The parser has a type of this name too.
typealias ExitCode = MKraftOutput.ExitCode
