internal import Glibc
internal import MKraftOutput
internal import MKraftServer
internal import Synchronization
internal import SystemPackage

/// A replica in a process of its own: this very program's `start` on a file.
///
/// It is killed and waited for when the object goes, whatever happened before.
final class ReplicaProcess: Sendable {
  /// How a process ended.
  enum End: Equatable {
    case exit(Int32)
    case signal(Int32)

    var words: String {
      switch self {
      case .exit(let code): "exit \(code)"
      case .signal(let number): "signal \(number)"
      }
    }
  }

  private struct State {
    /// Nil once it was waited for: its number may be another process's then.
    var pid: pid_t?
    var end: End?
  }

  /// Most bytes of the line that says the replica is ready.
  private static let lineMax = 64 << 10
  /// How long a killed process may take to be gone.
  private static let killTimeout = Duration.seconds(20)

  private let state: Mutex<State>
  private let output: FileDescriptor

  /// Starts a replica on `file`; what it says on standard error is added to `log`.
  /// - Parameter cacheByteCount: of the grid in its memory; nil for as much as it takes by itself.
  init(file: FilePath, cacheByteCount: UInt64?, log: FilePath) throws(Failure) {
    do throws(Errno) {
      let cache = cacheByteCount.map { ["--cache-size", "\($0)"] } ?? []
      let (pid, output) = try ReplicaProcess.spawn(
        ["mkraft-ctl", "start", file.string, "--listen", "127.0.0.1:0", "--output", "ndjson"] + cache, log: log)
      state = Mutex(State(pid: pid))
      self.output = output
    } catch {
      throw Failure(.internalError, "cannot start a replica as a process: \(error)", of: file.string)
    }
  }

  deinit {
    kill()
    _ = waitForEnd(ReplicaProcess.killTimeout)
    try? output.close()
  }

  /// Sends a signal, unless the process is gone.
  func send(_ signal: Int32) {
    state.withLock { state in
      if let pid = state.pid { _ = Glibc.kill(pid, signal) }
    }
  }

  func kill() { send(SIGKILL) }

  /// Kills it and waits until it is gone.
  func killAndWait() throws(Failure) {
    kill()
    guard waitForEnd(ReplicaProcess.killTimeout) != nil else {
      throw Failure(.drillFailed, "a killed replica did not go within \(ReplicaProcess.killTimeout.readable)")
    }
  }

  /// Waits for the line that says the replica takes requests: where it listens. Nil if it ended, or if the time is over.
  func readyAddress(within timeout: Duration) -> NetworkAddress? {
    let deadline = ContinuousClock.now + timeout
    var line: [UInt8] = []
    while line.count < ReplicaProcess.lineMax {
      guard let bytes = read(until: deadline), !bytes.isEmpty else { return nil }
      line += bytes
      if line.contains(UInt8(ascii: "\n")) { return ReadyLine.address(in: String(decoding: line, as: UTF8.self)) }
    }
    return nil
  }

  /// How it ended; nil if it still runs when the time is over.
  func waitForEnd(_ timeout: Duration) -> End? {
    let deadline = ContinuousClock.now + timeout
    while true {
      if let end = poll() { return end }
      guard ContinuousClock.now < deadline else { return nil }
      usleep(500)
    }
  }

  private func poll() -> End? {
    state.withLock { state in
      guard let pid = state.pid else { return state.end }
      var status: Int32 = 0
      guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
      let signal = status & 0x7F
      state.end = signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
      state.pid = nil
      return state.end
    }
  }

  /// What comes next on its standard output; empty at the end, nil if nothing comes in time.
  private func read(until deadline: ContinuousClock.Instant) -> [UInt8]? {
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return nil }
      var entry = pollfd(fd: output.rawValue, events: Int16(POLLIN), revents: 0)
      let milliseconds = Int32(
        clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
      let count = unsafe Glibc.poll(&entry, 1, milliseconds)
      guard count != 0 else { return nil }
      if count < 0 { if errno == EINTR { continue } else { return nil } }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let got = (try? unsafe bytes.withUnsafeMutableBytes { unsafe try output.read(into: $0) }) ?? 0
      return Array(bytes.prefix(got))
    }
  }
}
