internal import MKraftReplica
internal import MKraftStorage
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Performs the replica's transfers, through io_uring if there is a ring and otherwise on a pool of threads, and brings
/// their completions back to the loop.
///
/// How many are under way is bounded by the replica (`Replica.ioLimit`). Completions that arrive while the loop is busy
/// are taken together. Small writes of the log are performed at once, on the loop: handing one to a thread, and its
/// completion back, takes as long as the device does.
final class StorageRunner: Sendable {
  let ring: TransferRing?
  private let storage: any Storage
  private let pool: NIOThreadPool
  private let loop: any EventLoop
  /// Of the pool.
  private let completions = Mutex<[IOCompletion]>([])
  /// What the ring has, by the token of the first request.
  private let inRing = Mutex<[UInt64: StagedTransfer]>([:])
  private let staging = StagingBuffers()

  init(_ storage: any Storage, _ transfers: Transfers, _ pool: NIOThreadPool, _ loop: any EventLoop) {
    self.storage = storage
    ring = transfers.ring
    self.pool = pool
    self.loop = loop
  }

  /// Performs `transfer` at once.
  func performNow(_ transfer: Transfer) -> [IOCompletion] {
    transfer.completions(perform(transfer))
  }

  /// Performs `transfers`; `deliver` is called on the loop when completions are there to be taken.
  func submit(_ transfers: [Transfer], deliver: @escaping @Sendable () -> Void) {
    guard let ring else {
      for transfer in transfers { submitToPool(transfer, deliver) }
      return
    }
    var staged: [StagedTransfer] = []
    for transfer in transfers {
      if transfer.isResize { submitToPool(transfer, deliver) } else { staged.append(staging.stage(transfer)) }
    }
    inRing.withLock { inRing in for one in staged { inRing[one.ringTransfer.token] = one } }
    let ended = ring.begin(staged.map(\.ringTransfer))
    guard !ended.isEmpty else { return }
    let completed = takeOver(ended, deliver)
    if !completed.isEmpty { bring(completed, deliver) }
  }

  /// Takes what is complete. What the ring has left undecided goes to the pool; `deliver` is called for it later.
  func takeCompletions(deliver: @escaping @Sendable () -> Void) -> [IOCompletion] {
    let taken = completions.withLock { waiting in
      let taken = waiting
      waiting = []
      return taken
    }
    guard let ring else { return taken }
    return taken + takeOver(ring.takeEnded(), deliver)
  }

  private func takeOver(
    _ ended: [TransferRing.Ended], _ deliver: @escaping @Sendable () -> Void
  ) -> [IOCompletion] {
    var completed: [IOCompletion] = []
    for (transfer, outcome) in ended {
      guard let staged = inRing.withLock({ $0.removeValue(forKey: transfer.token) }) else { continue }
      if case .undecided = outcome {
        submitToPool(staged.transfer, deliver)
        continue
      }
      // The buffer of a transfer whose call failed may still be read by the kernel.
      if case .done = outcome { staging.giveBack(staged) }
      completed += staged.transfer.completions(outcome.failure)
    }
    return completed
  }

  private func submitToPool(_ transfer: Transfer, _ deliver: @escaping @Sendable () -> Void) {
    pool.submit { state in
      // A pool that shuts down performs nothing more; nobody waits for the completion then.
      guard case .active = state else { return }
      let completed = self.performNow(transfer)
      self.bring(completed, deliver)
    }
  }

  private func bring(_ completed: [IOCompletion], _ deliver: @escaping @Sendable () -> Void) {
    let isFirst = completions.withLock { waiting in
      waiting += completed
      return waiting.count == completed.count
    }
    if isFirst { loop.execute(deliver) }
  }

  private func perform(_ transfer: Transfer) -> StorageError? {
    guard transfer.requests.count > 1 else { return perform(transfer.requests[0]) }
    do throws(StorageError) {
      try storage.write(transfer.requests.map { WritePart($0.buffer, $0.count) }, at: transfer.requests[0].offset)
      return nil
    } catch {
      return error
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
