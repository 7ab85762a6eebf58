internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// `kv scan`: reads pairs in the order of their keys.
struct KeyValueScanCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Prints keys and their values in the order of the keys' bytes.",
    discussion: """
      In text each line is KEY, a tab and VALUE. A long scan is read in parts, each of them at another moment. If more keys \
      follow than --limit allows, standard error says where to go on.
      """)

  @Argument(help: "The first key; without it the scan begins with the least.")
  var start: String?

  @Argument(help: "The scan ends before this key.")
  var end: String?

  @Option(help: "Most pairs.")
  var limit: UInt32 = 1000

  @OptionGroup var options: KeyValueOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard limit > 0 else { throw Failure(.usage, "--limit is at least 1") }
    // No key is less than a single zero byte.
    var first: [UInt8] = [0]
    if let start { first = try options.key(start) }
    var last: [UInt8]?
    if let end { last = try options.key(end) }
    let scan = KeyValueScan(
      pages: try pages(), address: try options.server.address(), start: first, end: last, limit: limit)
    let rendering = KeyValueScanRendering(console: console, isHex: options.hex)
    return try rendering.render(scan)
  }

  /// Connects. Pages are read one at a time, so that memory is bounded however long the scan is.
  private func pages() throws(Failure) -> KeyValueClient {
    try options.call { (store) async throws(KeyValueError) in store }
  }
}
