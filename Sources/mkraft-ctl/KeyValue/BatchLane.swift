internal import Dispatch
internal import MKraftFormat
internal import MKraftServer

/// Requests of one session, one after the other: all lines of a key go the same way, so that their order holds.
final class BatchLane: Sendable {
  /// Lines that make one request.
  struct Work: Sendable {
    let events: [KeyValueEvent]
    /// Numbers of the lines, from 1.
    let lines: [Int]
  }

  /// What became of them.
  struct Done: Sendable {
    let work: Work
    let answer: Result<KeyValueAnswer, KeyValueError>
  }

  /// Requests that are under way or wait, at most.
  private static let depth = 2

  private let permits = DispatchSemaphore(value: BatchLane.depth)
  private let queue: AsyncStream<Work>.Continuation

  init(_ session: KeyValueSession, _ mailbox: Mailbox<Done>) {
    let (stream, queue) = AsyncStream.makeStream(of: Work.self)
    self.queue = queue
    let permits = permits
    Task.detached {
      // What follows a request that failed would break the order.
      var failure: KeyValueError?
      for await work in stream {
        if failure == nil {
          do throws(KeyValueError) {
            mailbox.post(Done(work: work, answer: .success(try await session.execute(work.events))))
          } catch { failure = error }
        }
        if let failure { mailbox.post(Done(work: work, answer: .failure(failure))) }
        permits.signal()
      }
    }
  }

  /// Waits for room, then hands over the work; its result comes to the mailbox.
  func submit(_ work: Work) {
    permits.wait()
    queue.yield(work)
  }

  func finish() { queue.finish() }
}
