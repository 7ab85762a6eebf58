import NIOPosix
import Testing

/// Runs a test's tasks on threads that no other test has.
///
/// Tests run on Swift's shared pool, which has a thread per core, and most here never give theirs up before they end: those that run
/// a tool for minutes too. A test that waits for a server, and so gives its thread up at every message, then stood behind all of them
/// at each step; on a slow machine the minute that it had was over before it was let on.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
  /// Far more than it takes, on a machine that does other work too; an end to what hangs.
  static let patience: TimeLimitTrait.Duration = .minutes(10)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Threads.shared, operation: function)
  }
}

extension Trait where Self == OwnThreads {
  static var ownThreads: OwnThreads { OwnThreads() }
}

extension OwnThreads {
  /// Tasks that are not children of a test do not run here by themselves: `Task(executorPreference: OwnThreads.Threads.shared)`.
  final class Threads: TaskExecutor {
    static let shared = Threads()

    private let pool = NIOThreadPool(numberOfThreads: 4)

    private init() {
      pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      pool.submit { _ in unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
}
