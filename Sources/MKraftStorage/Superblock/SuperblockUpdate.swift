public import MKraftFormat

/// Writes a superblock copy by copy, and reads all copies back (rule R8): a state machine without I/O of its own.
///
///     next() -> write copy 0 -> completed() -> next() -> write copy 1 ... -> read copy 0 ... -> done or failed
///
/// A write is durable when it is reported complete, so a copy is never begun before the last one is on disk; a crash at any
/// point leaves either two copies of the old state or two of the new. An update may be acted on when three copies are
/// verified; one copy that cannot be written is tolerated (rule R9).
public struct SuperblockUpdate: Sendable {
  public enum Step: Sendable {
    /// Write all of `buffer` at `offset`, durably.
    case write(copy: Int, offset: UInt64)
    /// Read into `buffer` from `offset`.
    case read(copy: Int, offset: UInt64)
    /// The state is established; `unwritable` lists the copies that are not, at most one.
    case done(unwritable: [Int])
    /// Fewer than three copies are verified: the replica must stop.
    case failed(verified: Int)
  }

  public let superblock: Superblock
  /// Bytes of a copy on disk: 16 KiB in whole I/O units. The shell writes from it and reads into it.
  public let buffer: IOBuffer
  private let order: [Int]
  private var position = 0
  private var isVerifying = false
  private var verified: [Int] = []

  /// - Parameters:
  ///   - superblock: sealed, and without a broken invariant.
  ///   - order: the copies to write; all four are read back.
  public init(_ superblock: Superblock, order: [Int] = [0, 1, 2, 3], buffer: IOBuffer) {
    precondition(superblock.brokenInvariants.isEmpty, "a superblock is consistent before it is written")
    precondition(buffer.byteCount == superblock.geometry.superblockBytesOnDisk, "the buffer holds one copy")
    self.superblock = superblock
    self.order = order
    self.buffer = buffer
  }

  /// What to do now. Asked again after each `completed`.
  public mutating func next() -> Step {
    if !isVerifying {
      if position < order.count { return writeStep(order[position]) }
      isVerifying = true
      position = 0
    }
    if position < Superblock.copyCount {
      return .read(copy: position, offset: superblock.geometry.offset(of: .superblock(position)))
    }
    guard verified.count >= Superblock.writeThreshold else { return .failed(verified: verified.count) }
    return .done(unwritable: (0..<Superblock.copyCount).filter { !verified.contains($0) })
  }

  private func writeStep(_ copy: Int) -> Step {
    var image = superblock
    image.copy = copy
    buffer.zero(0..<buffer.byteCount)
    var bytes = buffer.mutableBytes
    image.encode(into: &bytes)
    return .write(copy: copy, offset: superblock.geometry.offset(of: .superblock(copy)))
  }

  /// Reports that the step is over. A copy that cannot be written or read is simply not verified.
  public mutating func completed(failed: Bool) {
    if isVerifying && !failed, let copy = try? Superblock(decoding: buffer.bytes),
      copy.copy == position, copy.checksum == superblock.checksum
    {
      verified.append(position)
    }
    position += 1
  }

  /// Runs the update to its end on `storage`.
  /// - Returns: the copies that could not be written; nil if fewer than three are verified.
  public mutating func run(on storage: any Storage) -> [Int]? {
    while true {
      switch next() {
      case .write(_, let offset):
        let result = Result { () throws(StorageError) in try storage.write(buffer.byteCount, at: offset, from: buffer) }
        completed(failed: (try? result.get()) == nil)
      case .read(_, let offset):
        let count = try? storage.read(Superblock.byteCount, at: offset, into: buffer)
        completed(failed: count != Superblock.byteCount)
      case .done(let unwritable): return unwritable
      case .failed: return nil
      }
    }
  }
}
