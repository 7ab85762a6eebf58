internal import Synchronization

/// Something that happens once, told between threads.
final class AtomicFlag: Sendable {
  private let value = Atomic<Bool>(false)

  /// Raises the flag; returns whether it was raised before.
  func raise() -> Bool { value.exchange(true, ordering: .sequentiallyConsistent) }
}
