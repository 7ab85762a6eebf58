internal import ArgumentParser
internal import MKraftBenchmark
internal import MKraftOutput

/// The bounds of a benchmark.
struct BenchmarkOptions: ParsableArguments {
  @Option(
    help: "Where the benchmark's directory is made: on the disk to measure. (default: where temporary files go)",
    completion: .directory)
  var scratch: String?

  @Option(help: "How long it may take, as 90s or 5m; what does not fit is left out and named.")
  var timeLimit = SpanArgument(seconds: 60)

  @Option(help: "Most bytes that its files take, one at a time; 64M at least.")
  var space = ByteCount(1536 << 20)

  /// - Throws: wrong usage.
  func checkedSpace() throws(Failure) -> BenchmarkSpace {
    guard space.bytes >= BenchmarkSpace.least else {
      throw Failure(
        .usage, "--space is \(ByteCount(BenchmarkSpace.least)) at least: less holds no log worth measuring")
    }
    guard timeLimit.nanoseconds > 0 else { throw Failure(.usage, "--time-limit is more than 0") }
    return BenchmarkSpace(space.bytes)
  }
}
