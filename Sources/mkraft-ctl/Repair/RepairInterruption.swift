internal import Glibc
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftServer
internal import Synchronization

/// A signal that asks a repair to end: it stops before its next write, and says in which state the file is then.
///
/// A second signal changes nothing: what there is between two writes is short, and a process that ended at once could not say
/// anything.
final class RepairInterruption: Sendable {
  /// Milliseconds between two looks at whether a signal came while nobody answers.
  private static let interval: Int32 = 50

  /// For verifications that are made before the first write.
  let budget = ScanBudget()
  private let signal = Atomic<Int32>(0)

  /// Calls `body` while signals are listened to, and until its result is written out.
  static func during<Result>(
    _ console: Console, _ body: (RepairInterruption) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let interruption = RepairInterruption()
    // What `nohup` has switched off stays so.
    let signals = SignalSource.stopSignals + (isIgnored(SIGHUP) ? [] : [SIGHUP])
    guard let source = SignalSource(signals, action: interruption.came) else {
      throw Failure(.internalError, "the system gives no pipe for signals")
    }
    defer { source.cancel() }
    let result = try body(interruption)
    console.out.flush()
    return result
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0, let handler = unsafe action.__sigaction_handler.sa_handler
    else { return false }
    // The constant of the C library is no function, but the number 1.
    return unsafe unsafeBitCast(handler, to: Int.self) == 1
  }

  private func came(_ number: Int32) {
    _ = signal.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent)
    budget.interrupt()
  }

  var hasCome: Bool { exitCode != nil }

  /// The exit code that the signal asks for; nil if none came.
  var exitCode: ExitCode? {
    let number = signal.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : ExitCode(signal: number)
  }

  /// - Throws: that a signal came, in `words` for what is true of the file at `path` then.
  func check(_ path: String, _ words: String = RepairError.interrupted(.notBegun).words) throws(Failure) {
    if let code = exitCode { throw Failure(code, words, of: path) }
  }

  /// Waits until standard input has something to read or has ended.
  /// - Throws: that a signal came meanwhile.
  func waitForInput(_ path: String) throws(Failure) {
    while true {
      try check(path)
      var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let count = unsafe poll(&entry, 1, RepairInterruption.interval)
      if count > 0 { return }
    }
  }
}
