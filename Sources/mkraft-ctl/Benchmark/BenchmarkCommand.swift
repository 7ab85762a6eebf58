internal import ArgumentParser
internal import MKraftOutput

/// `benchmark`: what this machine's disk gives, and what a replica makes of it.
struct BenchmarkCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures this machine's disk, the replica on it, and what its choices cost.",
    discussion: """
      'benchmark' alone is 'benchmark replica': the device first, then a replica on it. 'benchmark superblock' measures what \
      keeping metadata durable costs, 'benchmark wal' how large the log must be. Everything happens on files of its own in a \
      new directory, which is removed, also after SIGINT or SIGTERM. Name the disk that the data files will lie on with \
      --scratch, and measure when nothing else is at work.
      """,
    subcommands: [
      BenchmarkReplicaCommand.self, BenchmarkSuperblockCommand.self, BenchmarkLogCommand.self,
    ],
    defaultSubcommand: BenchmarkReplicaCommand.self)

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    throw Failure(.usage, Tool.helpMessage(for: BenchmarkCommand.self))
  }
}
