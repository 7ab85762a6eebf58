internal import ArgumentParser
internal import MKraftOutput

/// `kv`: reads and writes the key-value store of a running replica.
struct KeyValueCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "kv",
    abstract: "Reads and writes the keys of a running replica.",
    discussion: """
      A key is 1 to 1024 bytes; a value is what a message holds, 1 MiB at most. VALUE is text, @PATH for the contents of a \
      file, or @@... for text that begins with @. In text output what is not printable ASCII is written as \\xNN.
      Exit codes: 17 no such key, or the condition was not met; 15 the replica refused the request, which changed nothing; 69 \
      no answer, or not from a leader.
      """,
    subcommands: [
      KeyValuePutCommand.self, KeyValueGetCommand.self, KeyValueDeleteCommand.self, KeyValueCompareCommand.self,
      KeyValueScanCommand.self, KeyValueBatchCommand.self,
    ])

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    throw Failure(.usage, Tool.helpMessage(for: KeyValueCommand.self))
  }
}
