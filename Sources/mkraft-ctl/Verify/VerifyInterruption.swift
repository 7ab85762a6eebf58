internal import Glibc
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftServer
internal import Synchronization

/// A signal that asks a verification to end: at the first it stops at the next piece and tells what it has found, at the
/// second the process ends at once.
final class VerifyInterruption: Sendable {
  private let budget: ScanBudget
  private let signal = Atomic<Int32>(0)

  init(_ budget: ScanBudget) { self.budget = budget }

  func came(_ number: Int32) {
    let (isFirst, _) = signal.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent)
    guard isFirst else { _exit(128 + number) }
    budget.interrupt()
  }

  /// The exit code that the signal asks for; nil if none came.
  var exitCode: ExitCode? {
    let number = signal.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : ExitCode(signal: number)
  }
}
