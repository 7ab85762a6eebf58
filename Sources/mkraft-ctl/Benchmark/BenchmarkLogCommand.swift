internal import ArgumentParser
internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftOutput

/// `benchmark wal`: how large the log must be.
struct BenchmarkLogCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "wal",
    abstract: "Measures how large the log must be on this machine, and where a replica stalls.",
    discussion: """
      Measures the rate that clients reach during checkpoints and how long those take, and works out slots, interval and \
      headroom. Then replicas run with headrooms below and above the stall point that follows from it, and what they really \
      waited for checkpoints stands beside the prediction. Last it loads full rings: from the header ring, from the same \
      headers where the entries are, and whole. 'format --dry-run' works out the same from figures that are given.
      """)

  @Option(help: "Clients at once, each with one request under way.")
  var clients = 32

  @Option(help: "Bytes of a value; one put is one op.")
  var valueSize = ByteCount(3 << 10)

  @OptionGroup(title: "Sizing") var sizing: LogSizingOptions
  @OptionGroup(title: "Bounds") var bounds: BenchmarkOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    try BenchmarkReplicaCommand.check("--clients", [clients], BenchmarkReplicaCommand.clientsRange)
    try BenchmarkReplicaCommand.check("--value-size", [Int(clamping: valueSize.bytes)], RequestShape.valueSizeRange)
    try sizing.check()
    let space = try bounds.checkedSpace()
    let (shape, clients) = (RequestShape(batch: 1, valueSize: Int(valueSize.bytes)), clients)
    guard let geometry = LogBenchmark.geometry(space, shape, clients: clients) else {
      throw Failure(.usage, "--space holds no log of messages with such a value")
    }
    let report = try BenchmarkRun(options: bounds, progress: progress, task: "benchmark wal").perform(on: console) {
      ground in
      try await LogBenchmark(in: ground.directory, space, shape, clients: clients)
        .run(ground.budget, progress: ground.progress)
    }
    BenchmarkLogPage(report: report, sizing: sizing(of: geometry, report)).render(on: console)
    return .sound
  }

  /// What is not given on the command line is what was measured: of checkpoints the longest, and the rate that the most ops during
  /// one ask for, since none is to be waited for.
  private func sizing(of geometry: Geometry, _ report: LogBenchmark.Report) -> LogSizingReport {
    var conditions = sizing.conditions
    conditions.rate = conditions.rate ?? report.pilot?.peakRate
    conditions.checkpoint = conditions.checkpoint ?? report.longestCheckpoint
    conditions.bytesPerSecond = conditions.bytesPerSecond ?? report.restart?.bytesPerSecond
    // Made as small as the measurement allows; nothing of it is advice.
    var geometry = geometry
    geometry.sessions = max(geometry.sessions, Geometry.defaultSessions)
    geometry.gridBlocksMax = Geometry.defaultGridBlocksMax
    return LogSizingReport(geometry, conditions, budget: sizing.walBudget?.bytes)
  }
}
