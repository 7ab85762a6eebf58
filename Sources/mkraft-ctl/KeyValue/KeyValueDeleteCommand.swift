internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// `kv delete`: removes keys, all in one entry of the log.
struct KeyValueDeleteCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Removes keys and their values, all at once.",
    discussion: "Exit code 17 if one of the keys has no value; the others are removed.")

  @Argument(help: "The keys.")
  var keys: [String]

  @OptionGroup var options: KeyValueOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    var events: [KeyValueEvent] = []
    for key in keys { events.append(.delete(key: try options.key(key))) }
    return try KeyValueWrite(events: events, options: options).perform(on: console)
  }
}
