internal import ArgumentParser
internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftOutput

/// `benchmark superblock`: what keeping metadata durable costs.
struct BenchmarkSuperblockCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "superblock",
    abstract: "Measures what keeping metadata in a superblock costs, by how often it is written.",
    discussion: """
      The same load each time, ordered durable appends: an entry, and when that is on disk its header. The superblock is \
      written never, at each checkpoint, every 96 ops and at every op; and instead of it a small file is written, synced, \
      renamed and its directory synced. Beside what is left of the rate stands what the formula C / I per op makes of it, \
      with the duration C of an update measured alone.
      """)

  static let writersRange = 1...64

  @Option(help: "Writers at once. May be given several times. (default: 1, 8)")
  var writers: [Int] = []

  @Option(help: "Bytes of an entry on disk, and of its slot: 4K to 1M.")
  var messageSize = ByteCount(4096)

  @OptionGroup(title: "Bounds") var bounds: BenchmarkOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let writers = writers.isEmpty ? [1, 8] : writers
    try BenchmarkReplicaCommand.check("--writers", writers, BenchmarkSuperblockCommand.writersRange)
    let space = try bounds.checkedSpace()
    let size = UInt32(clamping: messageSize.bytes)
    guard Geometry.messageSizeRange.contains(size), size.nonzeroBitCount == 1 else {
      throw Failure(.usage, "\(Invariant.geometryMessageSize.name): \(Invariant.geometryMessageSize.statement)")
    }
    guard SuperblockBenchmark.geometry(space, messageSize: size) != nil else {
      throw Failure(.usage, "--space holds no log of such messages")
    }
    let report = try BenchmarkRun(options: bounds, progress: progress, task: "benchmark superblock")
      .perform(on: console) { ground in
        try await SuperblockBenchmark(in: ground.directory, space, messageSize: size, writers: writers)
          .run(ground.budget, progress: ground.progress)
      }
    BenchmarkSuperblockPage(report: report).render(on: console)
    return .sound
  }
}
