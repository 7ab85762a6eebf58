internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// `kv cas`: sets a key if it is as expected.
struct KeyValueCompareCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "cas", abstract: "Sets the value of a key if it has the value expected, or none.",
    discussion: "Exit code 17 if it has another one; nothing changes then, and the value it has is printed.")

  @Argument(help: "The key.")
  var key: String

  @Option(help: "The value it must have.")
  var expect: String?

  @Flag(help: "It must have no value.")
  var expectAbsent = false

  @Option(help: "The value to set.")
  var value: String

  @OptionGroup var options: KeyValueOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard expectAbsent == (expect == nil) else {
      throw Failure(.usage, "say what is expected: either --expect VALUE or --expect-absent")
    }
    var expected: [UInt8]?
    if let expect { expected = try options.value(expect) }
    let event = KeyValueEvent.compareAndSet(
      key: try options.key(key), expected: expected, value: try options.value(value))
    return try KeyValueWrite(events: [event], options: options).perform(on: console)
  }
}
