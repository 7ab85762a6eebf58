internal import MKraftOutput
internal import MKraftServer
internal import Synchronization

/// A signal that asks the drill to end: the replica's process is killed at once, and the drill stops at its next step.
final class DrillInterruption: Sendable {
  private struct State {
    var signal: Int32?
    weak var process: ReplicaProcess?
  }

  private let state = Mutex(State())

  /// From now on this process is killed when a signal comes; at once if one came.
  func watch(_ process: ReplicaProcess) {
    let isOver = state.withLock { state in
      state.process = process
      return state.signal != nil
    }
    if isOver { process.kill() }
  }

  func came(_ signal: Int32) {
    let process = state.withLock { state in
      state.signal = signal
      return state.process
    }
    process?.kill()
  }

  /// Whether a signal came.
  var hasCome: Bool { state.withLock { $0.signal != nil } }

  /// - Throws: that a signal came.
  func check() throws(Failure) {
    guard let signal = state.withLock({ $0.signal }) else { return }
    throw Failure(ExitCode(signal: signal), "interrupted by a signal before the drill's end")
  }
}
