internal import ArgumentParser
internal import MKraftOutput

/// How results look: options of every command.
struct OutputOptions: ParsableArguments {
  @Option(name: .customLong("output"), help: "How results are written: text, json or ndjson.")
  var format: OutputFormat = .text

  @Option(help: "When to colour: auto, always or never.")
  var color: ColorChoice = .auto

  /// Where the parser did not get as far as the options.
  static var standard: OutputOptions {
    var options = OutputOptions()
    options.format = .text
    options.color = .auto
    return options
  }
}
