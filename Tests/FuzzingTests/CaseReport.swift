import Glibc
import Synchronization

/// Says which case was running when one traps: the process ends then, and no test could tell.
enum CaseReport {
  /// The cases running, by thread would be exact; a handful are enough to run again.
  private static let running = Mutex<[UInt64: String]>([:])

  /// Runs `body` as the case of that name.
  static func during(_ name: @autoclosure () -> String, _ body: () -> Void) {
    _ = installed
    let thread = UInt64(pthread_self())
    running.withLock { $0[thread] = name() }
    body()
    running.withLock { $0[thread] = nil }
  }

  private static let installed: Void = {
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS] {
      _ = signal(number) { number in
        // The process is lost: it is said what it was at, whatever else is not allowed here.
        for name in CaseReport.running.withLockIfAvailable({ Array($0.values) }) ?? [] {
          let line = Array("fuzzing: trapped at \(name)\n".utf8)
          _ = unsafe write(STDERR_FILENO, line, line.count)
        }
        _ = signal(number, SIG_DFL)
        raise(number)
      }
    }
  }()
}
