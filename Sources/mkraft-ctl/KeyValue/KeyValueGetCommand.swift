internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// `kv get`: reads the values of keys.
struct KeyValueGetCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints the values of keys.",
    discussion: """
      The value of one key stands alone on its line; of several keys each line is KEY, a tab and VALUE. Exit code 17 if one \
      of the keys has no value.
      """)

  @Argument(help: "The keys.")
  var keys: [String]

  @Flag(help: "Print the one value as it is, without escapes and without a line's end.")
  var raw = false

  @OptionGroup var options: KeyValueOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard !raw || (keys.count == 1 && console.format == .text) else {
      throw Failure(.usage, "--raw is for one key and text output")
    }
    var wanted: [[UInt8]] = []
    for key in keys { wanted.append(try options.key(key)) }
    let asked = wanted
    let answer = try options.call { (store) async throws(KeyValueError) in try await store.get(asked) }
    let report = KeyValueReport(
      events: asked.map { .get(key: $0) }, answer: answer, isHex: options.hex, isRaw: raw)
    return report.render(on: console)
  }
}
