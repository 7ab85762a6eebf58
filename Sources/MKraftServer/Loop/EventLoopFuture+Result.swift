internal import NIOCore

extension EventLoopFuture where Value: Sendable {
  /// Waits for a future that never fails: its promise is only ever succeeded.
  func result() async -> Value {
    await withCheckedContinuation { continuation in
      whenSuccess { continuation.resume(returning: $0) }
    }
  }
}
