internal import ArgumentParser
internal import MKraftOutput

/// Commands that the design has and this release has not: they say so, and do nothing.
protocol LaterCommand: Command {
  static var name: String { get }
}

extension LaterCommand {
  func execute(on console: Console) throws(Failure) -> ExitCode {
    throw Failure(.usage, "\(Self.name) comes with a later release; nothing was read or written")
  }
}

struct RecoverCommand: LaterCommand {
  static let name = "recover"
  static let configuration = CommandConfiguration(commandName: name, abstract: "Comes with a later release.")

  @OptionGroup var output: OutputOptions
  @Argument(parsing: .allUnrecognized, help: .hidden) var rest: [String] = []
}
