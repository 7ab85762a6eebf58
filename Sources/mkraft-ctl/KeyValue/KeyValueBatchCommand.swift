internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// `kv batch`: executes what standard input says, many requests at once.
struct KeyValueBatchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Executes lines of standard input: put, get, delete, cas, cas-absent.",
    discussion: """
      Lines are 'put KEY VALUE', 'get KEY', 'delete KEY', 'cas KEY EXPECTED NEW', 'cas-absent KEY NEW'; words are separated \
      by tabs, or by single spaces if the line has no tab. \\xNN stands for a byte, \\\\ for a backslash, \\" for a quote. \
      Lines of the same key are executed in their order, lines of different keys in any. Results of get, and what was not \
      done, are printed with the line's number as they come. A line that is no event ends the reading; what was sent before \
      is finished.
      """)

  @Option(help: "Sessions, each with one request under way: 1 to 64.")
  var sessions = 4

  @Option(help: "Most lines in one request: 1 to 8190.")
  var batchSize = 64

  @OptionGroup var options: KeyValueOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard (1...64).contains(sessions) else { throw Failure(.usage, "--sessions is 1 to 64") }
    guard (1...KeyValueBatch.countMax).contains(batchSize) else {
      throw Failure(.usage, "--batch-size is 1 to \(KeyValueBatch.countMax)")
    }
    let address = try options.server.address()
    let store = try options.call { (store) async throws(KeyValueError) in store }
    let run = BatchRun(
      store, address, lanes: sessions, batchSize: batchSize, isHex: options.hex, console: console)
    return try run.perform()
  }
}
