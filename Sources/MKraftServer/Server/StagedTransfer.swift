internal import MKraftReplica
internal import MKraftStorage
internal import Synchronization

/// A transfer as the ring gets it: in one buffer.
struct StagedTransfer: Sendable {
  let transfer: Transfer
  let ringTransfer: RingTransfer
  /// Whether the buffer is one of `StagingBuffers`.
  let isCopied: Bool
}

/// Buffers for writes that were put together, for the ring writes from one buffer only. Copying costs less than a
/// second write.
final class StagingBuffers: Sendable {
  private let free = Mutex<[IOBuffer]>([])

  func stage(_ transfer: Transfer) -> StagedTransfer {
    let first = transfer.requests[0]
    guard transfer.requests.count > 1 else { return staged(transfer, first.buffer, isCopied: false) }
    let buffer = free.withLock { $0.popLast() } ?? IOBuffer(byteCount: Transfer.joinedMax)
    var end = 0
    for request in transfer.requests {
      buffer.copy(from: request.buffer, range: 0..<request.count, at: end)
      end += request.count
    }
    return staged(transfer, buffer, isCopied: true)
  }

  func giveBack(_ staged: StagedTransfer) {
    guard staged.isCopied else { return }
    free.withLock { $0.append(staged.ringTransfer.buffer) }
  }

  private func staged(_ transfer: Transfer, _ buffer: IOBuffer, isCopied: Bool) -> StagedTransfer {
    let first = transfer.requests[0]
    let ringTransfer = RingTransfer(
      token: first.token, isWrite: transfer.isWrite, offset: first.offset, count: transfer.byteCount, buffer: buffer)
    return StagedTransfer(transfer: transfer, ringTransfer: ringTransfer, isCopied: isCopied)
  }
}

extension RingTransfer.Outcome {
  var failure: StorageError? {
    guard case .failed(let error) = self else { return nil }
    return error
  }
}
