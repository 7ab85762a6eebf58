internal import Synchronization
package import SystemPackage

/// Transfers of a replica's file through io_uring: begun together with one system call, without a thread for each.
///
/// The file is open with `O_DIRECT` and `O_DSYNC`, so a write is durable when it is completed, as it is when the
/// blocking call returns. Nothing is retried here: an error is an error (rule R2), and what was not performed at all is
/// said to be undecided.
///
/// The kernel signals `event` when transfers are over; whoever waits for it then calls `takeEnded`.
package final class TransferRing: Sendable {
  package typealias Ended = (transfer: RingTransfer, outcome: RingTransfer.Outcome)

  /// Guarded, so that the ring may be used from any thread; in fact one uses it.
  private struct State: ~Copyable {
    var ring: IORing
    /// What the kernel has, or may have: nothing of it is freed before it is over.
    var underWay: [UInt64: RingTransfer] = [:]
    /// The kernel refused a call, and it is not known what it took: nothing more is begun.
    var isBroken = false
  }

  private let file: FileStorage
  /// Signalled when transfers are over.
  package let event: EventDescriptor
  private let state: Mutex<State>

  /// - Parameter depth: transfers that may be under way at once; those beyond it are left to the caller.
  package init(_ file: FileStorage, depth: Int) throws(Errno) {
    guard file.readMode == .direct else { throw .notSupported }
    let event = try EventDescriptor()
    var ring = try IORing(queueDepth: UInt32(clamping: depth))
    try ring.registerEventFD(FileDescriptor(rawValue: event.descriptor))
    state = Mutex(State(ring: ring))
    self.file = file
    self.event = event
    try probe()
  }

  deinit {
    // The kernel may still write to what it has not completed: better lost than used for something else.
    state.withLock { for transfer in $0.underWay.values { _ = unsafe Unmanaged.passRetained(transfer.buffer) } }
  }

  /// Begins `transfers`, and returns those that were not begun.
  package func begin(_ transfers: [RingTransfer]) -> [Ended] {
    state.withLock { state in
      var ended: [Ended] = []
      var begun: [RingTransfer] = []
      for transfer in transfers {
        guard !state.isBroken, file.takesDirectly(transfer), state.ring.prepare(request: request(transfer)) else {
          ended.append((transfer, .undecided))
          continue
        }
        precondition(state.underWay.updateValue(transfer, forKey: transfer.token) == nil, "a token names one transfer")
        begun.append(transfer)
      }
      guard !begun.isEmpty else { return ended }
      do throws(Errno) {
        try state.ring.submitPreparedRequests()
      } catch {
        // Which of them the kernel took is not known: they have failed, and stay under way.
        state.isBroken = true
        ended += begun.map { ($0, .failed(file.failure(of: $0, .errno(error)))) }
      }
      return ended
    }
  }

  /// Takes what is over.
  package func takeEnded() -> [Ended] {
    state.withLock { state in
      var ended: [Ended] = []
      while let completion = state.ring.tryConsumeCompletion() {
        guard let transfer = state.underWay.removeValue(forKey: completion.context), !state.isBroken else { continue }
        ended.append((transfer, file.outcome(of: transfer, completion.result)))
      }
      return ended
    }
  }

  /// Transfers whose end was not seen; none counts of a ring that is broken.
  package var underWayCount: Int { state.withLock { $0.isBroken ? 0 : $0.underWay.count } }

  /// Waits until the kernel has nothing more of ours, for a while: then the file is not written to any more.
  package func drain() {
    for _ in 0..<TransferRing.drainAttempts where underWayCount > 0 {
      _ = event.wait(milliseconds: TransferRing.drainMilliseconds)
      _ = takeEnded()
    }
  }

  private static let drainMilliseconds: Int32 = 10
  private static let drainAttempts = 1000

  private func request(_ transfer: RingTransfer) -> IORing.Request {
    let descriptor = FileDescriptor(rawValue: file.descriptor)
    let memory = unsafe UnsafeMutableRawBufferPointer(
      start: transfer.buffer.memory(transfer.count, from: 0), count: transfer.count)
    guard transfer.isWrite else {
      return unsafe .read(descriptor, into: memory, at: transfer.offset, context: transfer.token)
    }
    return unsafe .write(memory, into: descriptor, at: transfer.offset, context: transfer.token)
  }

  /// Reads the file's first unit as all the others will be read: a kernel may have the calls and not what is needed of
  /// them.
  private func probe() throws(Errno) {
    let count = file.directAlignment
    let buffer = IOBuffer(byteCount: count, alignment: max(count, IOBuffer.pageAlignment))
    guard begin([RingTransfer(token: 0, isWrite: false, offset: 0, count: count, buffer: buffer)]).isEmpty else {
      throw .notSupported
    }
    guard event.wait(milliseconds: TransferRing.probeMilliseconds) else { throw .timedOut }
    guard let ended = takeEnded().first, case .done = ended.outcome else { throw .notSupported }
  }

  private static let probeMilliseconds: Int32 = 1000
}

extension FileStorage {
  /// Whether the kernel takes the transfer as it is.
  fileprivate func takesDirectly(_ transfer: RingTransfer) -> Bool {
    transfer.count > 0 && isAligned(transfer.count, transfer.offset, transfer.buffer, 0)
      && transfer.offset <= UInt64(Int64.max - Int64(transfer.count))
  }

  /// What the kernel's result says. A short transfer is taken up again by the blocking call, which finds out why, and
  /// so is one that was interrupted before it began, or that the kernel had no means for at that moment.
  fileprivate func outcome(of transfer: RingTransfer, _ result: Int32) -> RingTransfer.Outcome {
    guard result < 0 else { return Int(result) == transfer.count ? .done : .undecided }
    let error = Errno(rawValue: -result)
    if error == .interrupted || error == .resourceTemporarilyUnavailable { return .undecided }
    return .failed(failure(of: transfer, .errno(error)))
  }

  fileprivate func failure(of transfer: RingTransfer, _ cause: StorageError.Cause) -> StorageError {
    StorageError(
      transfer.isWrite ? .write : .read, path, offset: transfer.offset, count: UInt64(transfer.count), cause: cause)
  }
}
