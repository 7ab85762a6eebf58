internal import Dispatch
internal import Synchronization

/// Messages from other threads to the main thread, which owns the console.
///
/// Of those that may be dropped (`offer`) at most `limit` wait; posted ones always find room, so whoever posts sends few.
final class Mailbox<Message: Sendable>: Sendable {
  fileprivate struct Contents {
    var waiting: [Message] = []
    var dropped = 0
  }

  private let limit: Int
  fileprivate let contents = Mutex(Contents())
  fileprivate let count = DispatchSemaphore(value: 0)

  init(limit: Int) { self.limit = limit }

  /// Leaves a message that must arrive.
  func post(_ message: Message) {
    contents.withLock { $0.waiting.append(message) }
    count.signal()
  }

  /// Leaves a message, unless too many wait.
  func offer(_ message: Message) {
    let isTaken = contents.withLock { contents in
      guard contents.waiting.count < limit else {
        contents.dropped += 1
        return false
      }
      contents.waiting.append(message)
      return true
    }
    if isTaken { count.signal() }
  }

  /// The next message, waited for, and how many were dropped since the last one.
  func next() -> (message: Message, dropped: Int) {
    count.wait()
    return contents.withLock { contents in
      defer { contents.dropped = 0 }
      return (contents.waiting.removeFirst(), contents.dropped)
    }
  }
}

extension Mailbox {
  /// The next message, if one is there.
  func nextIfThere() -> Message? {
    guard count.wait(timeout: .now()) == .success else { return nil }
    return contents.withLock { $0.waiting.removeFirst() }
  }
}
