internal import ArgumentParser
internal import MKraftOutput

/// `recover`: makes a new startable file from what is left.
struct RecoverCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Makes a new startable file from what is left in a damaged one and in older copies of it.",
    discussion: """
      For what 'repair' cannot bring back. 'recover plan' proves which ops are there, which are lost, and which cannot be \
      decided, and writes nothing but the plan; 'recover apply' makes the new file, and drops nothing that was not named with \
      --accept-loss. The files stay as they are. The new file begins at the newest checkpoint that is whole in any of them, \
      goes on as far as the chain of entries reaches, and has a file_id of its own, the old one as its lineage, and a term above \
      every one seen. If something is lost it belongs to a cluster of its own, so that neither the old files nor the old \
      clients take it for what they knew. In this release: a cluster of one.

      Exit codes: the verdict on the file that is left or planned; while a loss is not accepted 13 (another copy could have \
      what is missing) or 14; 15: nothing was written.
      """,
    subcommands: [
      RecoverCollectCommand.self, RecoverPlanCommand.self, RecoverApplyCommand.self, RecoverVerifyCommand.self,
    ])

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    throw Failure(.usage, Tool.helpMessage(for: RecoverCommand.self))
  }
}
