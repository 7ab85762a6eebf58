internal import Glibc
internal import MKraftBenchmark
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// A benchmark from the making of its directory to its removal.
struct BenchmarkRun {
  private enum Message<Report: Sendable>: Sendable {
    case progress(done: Int, count: Int)
    case ended(Result<Report, any Error>)
  }

  /// Where a benchmark works, and within what.
  struct Ground: Sendable {
    let directory: FilePath
    let budget: BenchmarkBudget
    let progress: @Sendable (_ done: Int, _ count: Int) -> Void
  }

  let options: BenchmarkOptions
  let progress: ProgressOptions
  /// In a word or two.
  let task: String

  /// Performs `work` in a new directory. At the first signal it ends after what is under way, at the second at once; the
  /// directory goes either way.
  func perform<Report: Sendable>(
    on console: Console, _ work: @escaping @Sendable (Ground) async throws -> Report
  ) throws(Failure) -> Report {
    let budget = BenchmarkBudget(timeLimit: options.timeLimit.duration)
    let made = MadeDirectory()
    // Before there is anything that a signal could leave behind.
    guard let signals = BenchmarkRun.signals(budget, made) else {
      throw Failure(.internalError, "the system gives no pipe for signals")
    }
    defer { signals.cancel() }
    let scratch = try ScratchDirectory(below: options.scratch, for: "benchmark", byteCount: options.space.bytes)
    made.scratch.withLock { $0 = scratch }
    defer { BenchmarkRun.remove(scratch) }
    let mailbox = Mailbox<Message<Report>>(limit: 1)
    let ground = Ground(directory: scratch.path, budget: budget) { done, count in
      mailbox.offer(.progress(done: done, count: count))
    }
    Task.detached {
      do { mailbox.post(.ended(.success(try await work(ground)))) } catch { mailbox.post(.ended(.failure(error))) }
    }
    return try wait(for: mailbox, scratch, on: console)
  }

  private func wait<Report: Sendable>(
    for mailbox: Mailbox<Message<Report>>, _ scratch: ScratchDirectory, on console: Console
  ) throws(Failure) -> Report {
    let bar = console.progress(task, of: .steps, total: nil, progress)
    defer { bar.finish() }
    while true {
      switch mailbox.next().message {
      case .progress(let done, let count): bar.update(UInt64(done), of: UInt64(count))
      case .ended(.success(let report)): return report
      case .ended(.failure(let error)): throw BenchmarkRun.failure(error, scratch.path)
      }
    }
  }

  /// The directory as soon as there is one, for the thread that takes signals.
  private final class MadeDirectory: Sendable {
    let scratch = Mutex<ScratchDirectory?>(nil)
  }

  private static func signals(_ budget: BenchmarkBudget, _ made: MadeDirectory) -> SignalSource? {
    let isAsked = AtomicFlag()
    return SignalSource(SignalSource.stopSignals + [SIGHUP]) { signal in
      guard isAsked.raise() else { return budget.interrupt(signal) }
      if let scratch = made.scratch.withLock({ $0 }) { remove(scratch) }
      _exit(128 + signal)
    }
  }

  private static func remove(_ scratch: ScratchDirectory) {
    scratch.remove(BenchmarkFiles.names.map { scratch.path.appending($0) })
  }

  private static func failure(_ error: any Error, _ directory: FilePath) -> Failure {
    switch error {
    case BenchmarkError.interrupted(let signal):
      Failure(
        ExitCode(signal: signal),
        "interrupted by a signal before the benchmark's end; its files are gone")
    case let error as FormatError: FormatCommand.failure(error, directory)
    case let error as OpenError: Failure(error)
    case let error as StorageError: Failure(.inputOutput, error.description)
    default: Failure(.internalError, "the benchmark came to no result: \(error)", of: directory.string)
    }
  }
}
