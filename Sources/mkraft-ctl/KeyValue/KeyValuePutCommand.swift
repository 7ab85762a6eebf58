internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// `kv put`: sets keys, all in one entry of the log.
struct KeyValuePutCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Sets the values of keys, all at once.")

  @Argument(help: ArgumentHelp("Keys, each followed by its value.", valueName: "key value"))
  var pairs: [String]

  @OptionGroup var options: KeyValueOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard pairs.count % 2 == 0 else { throw Failure(.usage, "each key needs its value: '\(pairs[pairs.count - 1])'") }
    var events: [KeyValueEvent] = []
    for index in stride(from: 0, to: pairs.count, by: 2) {
      events.append(.put(key: try options.key(pairs[index]), value: try options.value(pairs[index + 1])))
    }
    return try KeyValueWrite(events: events, options: options).perform(on: console)
  }
}
