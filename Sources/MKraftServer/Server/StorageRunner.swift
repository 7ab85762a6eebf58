internal import MKraftReplica
internal import MKraftStorage
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Performs the replica's transfers on a pool of threads and brings their completions back to the loop.
///
/// How many are under way is bounded by the replica (`Replica.ioLimit`). Completions that arrive while the loop is busy are
/// taken together. A small write that is alone is performed at once, on the loop: handing it to a thread and its completion
/// back takes as long as the device does.
final class StorageRunner: Sendable {
  struct Completion: Sendable {
    var token: UInt64
    var failure: StorageError?
  }

  private let storage: any Storage
  private let pool: NIOThreadPool
  private let loop: any EventLoop
  private let completions = Mutex<[Completion]>([])
  /// Transfers that the pool has not completed.
  private let outstanding = Atomic<Int>(0)
  /// Largest write that is performed on the loop, bytes.
  private static let aloneMax = 64 << 10

  init(_ storage: any Storage, _ pool: NIOThreadPool, _ loop: any EventLoop) {
    self.storage = storage
    self.pool = pool
    self.loop = loop
  }

  /// Whether `request` may be performed on the loop, if nothing else is to be done.
  func isQuick(_ request: IORequest) -> Bool {
    outstanding.load(ordering: .relaxed) == 0 && request.direction == .write
      && request.count <= StorageRunner.aloneMax
  }

  /// Performs `request` at once.
  func performNow(_ request: IORequest) -> Completion {
    Completion(token: request.token, failure: perform(request))
  }

  /// Performs `request`; `deliver` is called on the loop when completions are there to be taken.
  func submit(_ request: IORequest, deliver: @escaping @Sendable () -> Void) {
    outstanding.add(1, ordering: .relaxed)
    pool.submit { state in
      // A pool that shuts down performs nothing more; nobody waits for the completion then.
      guard case .active = state else { return }
      let completion = Completion(token: request.token, failure: self.perform(request))
      self.outstanding.subtract(1, ordering: .relaxed)
      let isFirst = self.completions.withLock { waiting in
        waiting.append(completion)
        return waiting.count == 1
      }
      if isFirst { self.loop.execute(deliver) }
    }
  }

  func takeCompletions() -> [Completion] {
    completions.withLock { waiting in
      let taken = waiting
      waiting = []
      return taken
    }
  }

  private func perform(_ request: IORequest) -> StorageError? {
    do throws(StorageError) {
      switch request.direction {
      case .read:
        let transferred = try storage.read(request.count, at: request.offset, into: request.buffer)
        guard transferred == request.count else { return endOfFile(request, transferred) }
      case .write:
        try storage.write(request.count, at: request.offset, from: request.buffer)
      case .resize:
        try storage.resize(to: request.offset)
      }
      return nil
    } catch {
      return error
    }
  }

  /// The replica reads only what its file must have: a read that came back short has failed.
  private func endOfFile(_ request: IORequest, _ transferred: Int) -> StorageError {
    StorageError(
      .read, nil, offset: request.offset, count: UInt64(request.count), cause: .shortRead(transferred: transferred))
  }
}
