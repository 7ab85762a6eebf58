internal import ArgumentParser
internal import MKraftBenchmark
internal import MKraftOutput

/// What a log is sized by.
struct LogSizingOptions: ParsableArguments {
  @Option(help: "Ops a second that clients send at most, in bursts too.")
  var rate: UInt64?

  @Option(help: "How long a checkpoint takes, as 50ms; 'benchmark wal' measures it.")
  var checkpointDuration: SpanArgument?

  @Option(help: "Bytes that both rings may take: the number of slots follows from it.")
  var walBudget: ByteCount?

  @Option(help: "Bytes a second that the device reads, for the time to read the log.")
  var readRate: RateArgument?

  var isEmpty: Bool { rate == nil && checkpointDuration == nil && walBudget == nil && readRate == nil }

  var conditions: LogConditions {
    LogConditions(
      rate: rate.map { Double($0) }, checkpoint: checkpointDuration.map { $0.duration / .seconds(1) },
      bytesPerSecond: readRate.map { Double($0.bytesPerSecond) })
  }

  /// - Throws: wrong usage.
  func check() throws(Failure) {
    guard rate != 0 else { throw Failure(.usage, "--rate is more than 0") }
    guard checkpointDuration?.nanoseconds != 0 else { throw Failure(.usage, "--checkpoint-duration is more than 0") }
  }
}
