/// A transfer to be performed by a `TransferRing`: `count` bytes from the start of `buffer`.
package struct RingTransfer: Sendable {
  package enum Outcome: Sendable {
    /// All of it was transferred; a write is durable.
    case done
    case failed(StorageError)
    /// Not performed, or not wholly, and nothing says why: the blocking call has to find out.
    case undecided
  }

  /// Names the transfer among those under way.
  package let token: UInt64
  package let isWrite: Bool
  package let offset: UInt64
  package let count: Int
  /// Kept until the kernel has done with it.
  package let buffer: IOBuffer

  package init(token: UInt64, isWrite: Bool, offset: UInt64, count: Int, buffer: IOBuffer) {
    self.token = token
    self.isWrite = isWrite
    self.offset = offset
    self.count = count
    self.buffer = buffer
  }
}
