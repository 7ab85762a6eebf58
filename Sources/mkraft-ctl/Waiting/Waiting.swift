internal import Dispatch
internal import Synchronization

/// Runs asynchronous work from the main thread, which owns the console and waits for it.
enum Waiting {
  /// What the work returned, handed from its task to the waiting thread.
  private final class Slot<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
    let isThere = DispatchSemaphore(value: 0)
  }

  /// Waits until `work` has returned.
  static func result<Value: Sendable>(of work: @escaping @Sendable () async -> Value) -> Value {
    let slot = Slot<Value>()
    Task.detached {
      let value = await work()
      slot.value.withLock { $0 = value }
      slot.isThere.signal()
    }
    slot.isThere.wait()
    guard let value = slot.value.withLock({ $0 }) else { preconditionFailure("signalled after it was set") }
    return value
  }

  /// Waits until `work` has returned or failed.
  static func result<Value: Sendable, Failure: Error & Sendable>(
    of work: @escaping @Sendable () async throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try result { () async -> Result<Value, Failure> in
      do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
    }.get()
  }
}
