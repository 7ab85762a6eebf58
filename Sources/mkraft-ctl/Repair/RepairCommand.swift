internal import ArgumentParser
internal import MKraftOutput

/// `repair`: plans what can be brought back, and does it so that it can be taken back.
struct RepairCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Plans the repair of a data file; applies a plan, finishes it, or takes it back.",
    discussion: """
      'repair FILE' prints a plan and writes nothing. What a plan changes follows from the file itself, or comes from files \
      named with --backup (an older copy of it) and --peer (another replica's file), and is then proven by the damaged file. \
      'repair apply' writes a repaired copy, or changes the file in place and leaves an undo log. The exit code is the \
      verdict on the file as it is left; 15: a plan that no longer fits, or nothing to repair with: nothing was written.
      """,
    subcommands: [
      RepairPlanCommand.self, RepairApplyCommand.self, RepairResumeCommand.self, RepairUndoCommand.self,
      RepairVerifyCommand.self,
    ],
    defaultSubcommand: RepairPlanCommand.self)

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    throw Failure(.usage, Tool.helpMessage(for: RepairCommand.self))
  }
}
