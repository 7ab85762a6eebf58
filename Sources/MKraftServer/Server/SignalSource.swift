internal import Glibc
internal import NIOPosix
internal import Synchronization

/// Turns signals into calls of a closure on an ordinary thread, where anything may be done.
///
/// The handler only writes the signal's number into a pipe, which is allowed in a handler, so that it works whatever threads
/// exist already and whichever of them is interrupted. One source at a time, for the rest of the process's life or until it is
/// cancelled.
public final class SignalSource: Sendable {
  /// What asks a server to stop: SIGTERM, and SIGINT from a keyboard.
  public static let stopSignals = [SIGTERM, SIGINT]

  private let reader: Int32
  private let writer: Int32
  private let signals: [Int32]
  private let thread = NIOThreadPool(numberOfThreads: 1)

  /// Calls `action` with the number of each of `signals` that arrives; nil if the system gives no pipe.
  public init?(_ signals: [Int32] = SignalSource.stopSignals, action: @escaping @Sendable (Int32) -> Void) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reader, writer, self.signals) = (ends[0], ends[1], signals)
    let (_, previous) = signalPipe.compareExchange(expected: -1, desired: writer, ordering: .sequentiallyConsistent)
    precondition(previous == -1, "one signal source at a time")
    let reader = reader
    thread.start()
    thread.submit { _ in
      while let signal = Self.next(from: reader) { action(signal) }
    }
    for signal in signals { _ = Glibc.signal(signal, passSignal) }
    Self.unblock(signals)
  }

  /// Whoever started the process may have left the signals blocked, and they would never arrive.
  private static func unblock(_ signals: [Int32]) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Gives the signals back to the system's default. No `action` is called after this returns.
  public func cancel() {
    for signal in signals { _ = Glibc.signal(signal, SIG_DFL) }
    passSignal(endOfSignals)
    // Waits for the thread, which ends at the mark just written.
    try? thread.syncShutdownGracefully()
    signalPipe.store(-1, ordering: .sequentiallyConsistent)
    close(reader)
    close(writer)
  }

  /// Waits for the next signal; nil at the end.
  private static func next(from reader: Int32) -> Int32? {
    var number: UInt8 = 0
    while true {
      let got = unsafe read(reader, &number, 1)
      if got == 1 { return Int32(number) == endOfSignals ? nil : Int32(number) }
      guard got < 0 && errno == EINTR else { return nil }
    }
  }
}

/// No signal has this number.
private let endOfSignals: Int32 = 0

/// Where the handler writes; -1 when nobody reads.
private let signalPipe = Atomic<Int32>(-1)

/// The signal handler: only what is allowed in one. A full pipe holds thousands of signals that nobody has looked at yet.
private func passSignal(_ signal: Int32) {
  let pipe = signalPipe.load(ordering: .sequentiallyConsistent)
  guard pipe >= 0 else { return }
  let before = errno
  var number = UInt8(truncatingIfNeeded: signal)
  _ = unsafe write(pipe, &number, 1)
  errno = before
}
