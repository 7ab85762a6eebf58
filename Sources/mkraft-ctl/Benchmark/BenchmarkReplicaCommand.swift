internal import ArgumentParser
internal import MKraftBenchmark
internal import MKraftOutput

/// `benchmark replica`, and `benchmark` alone.
struct BenchmarkReplicaCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "replica",
    abstract: "Measures durable writes and reads of the device, then a replica on it.",
    discussion: """
      The device alone: durable writes, ordered pairs of them (what an entry of the log takes at least) and reads. Then a \
      replica with real clients on loopback: for each load the device's pairs of the same bytes stand beside it. Last a log \
      that is full: how soon a replica is up again on it, and how fast it is verified, beside what the device reads.
      """)

  static let clientsRange = 1...256

  @Option(help: "Clients at once, each with one request under way. May be given several times. (default: 1, 8, 32)")
  var clients: [Int] = []

  @Option(
    help: "Puts in a request. May be given several times: the first goes with all clients. (default: 1, 16, 64)")
  var batchSize: [Int] = []

  @Option(
    help: "Bytes of a value. May be given several times: the first goes with all clients. (default: 128, 3K, 64K)")
  var valueSize: [ByteCount] = []

  @OptionGroup(title: "Bounds") var bounds: BenchmarkOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let cells = try self.cells()
    let space = try bounds.checkedSpace()
    let report = try BenchmarkRun(options: bounds, progress: progress, task: "benchmark").perform(on: console) {
      ground in
      try await ReplicaBenchmark(in: ground.directory, space, cells: cells).run(
        ground.budget, progress: ground.progress)
    }
    BenchmarkReplicaPage(report: report).render(on: console)
    return .sound
  }

  private func cells() throws(Failure) -> [ReplicaBenchmark.Cell] {
    let clients = clients.isEmpty ? [1, 8, 32] : clients
    let batches = batchSize.isEmpty ? [1, 16, 64] : batchSize
    let values = valueSize.isEmpty ? [128, 3 << 10, 64 << 10] : valueSize.map { Int(clamping: $0.bytes) }
    try BenchmarkReplicaCommand.check("--clients", clients, BenchmarkReplicaCommand.clientsRange)
    try BenchmarkReplicaCommand.check("--batch-size", batches, RequestShape.batchRange)
    try BenchmarkReplicaCommand.check("--value-size", values, RequestShape.valueSizeRange)
    let cells = ReplicaBenchmark.cells(clients: clients, batches: batches, valueSizes: values)
    for cell in cells where cell.shape.messageSize == nil {
      throw Failure(
        .usage,
        "\(cell.shape.batch) puts of \(cell.shape.valueSize) bytes are more than the largest message holds; make "
          + "--batch-size or --value-size smaller")
    }
    return cells
  }

  static func check(_ option: String, _ values: [Int], _ range: ClosedRange<Int>) throws(Failure) {
    guard values.allSatisfy(range.contains) else {
      throw Failure(.usage, "\(option) is \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
