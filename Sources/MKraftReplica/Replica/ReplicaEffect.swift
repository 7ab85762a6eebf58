public import MKraftFormat
public import MKraftStorage

/// What the replica wants done.
public enum ReplicaEffect: Sendable {
  case io(IORequest)
  /// Send a message. What it says is durable already: a reply is given out only after the entry's prepare and then its
  /// header were reported on disk, and only after three superblock copies name its term. Until the term is taken nothing
  /// leaves but pongs and refusals, which tell the term before.
  case send(ConnectionID, MessageHeader, body: [UInt8])
  /// The log is recovered and this replica leads: it takes requests. Given out once.
  case ready
  /// The clean mark is durable: the process may end.
  case stopped
  /// Nothing more will be done or sent.
  case halt(ReplicaHalt)
}

/// Why a replica halted (rule R2): it never goes on after a failed transfer.
public enum ReplicaHalt: Error, Sendable, CustomStringConvertible {
  case storage(StorageError)
  /// Fewer than three superblock copies could be established.
  case superblock(verified: Int)
  /// A superblock copy holds an update that was never acknowledged, and cannot be overwritten.
  case unacknowledgedCopy(Int)
  /// An entry of the log is damaged, which only reading it whole has shown. Nothing was written to the log, and no term was taken.
  case entryDamaged(op: UInt64)
  /// A block of the grid is not what the one that refers to it says.
  case block(BlockFault)
  /// A block's checksum is right, but its contents are not what must stand in its place.
  case blockContents(address: UInt64, Invariant)
  /// The file's op, term, sequence or timestamp is so high that the next ones would be no valid numbers. Nothing was written.
  case numbersExhausted

  public var description: String {
    switch self {
    case .storage(let error): error.description
    case .superblock(let verified):
      "only \(verified) of \(Superblock.copyCount) superblock copies could be written and read back, three are needed"
    case .unacknowledgedCopy(let copy):
      "superblock copy \(copy) holds an update that was never acknowledged and cannot be overwritten; copy the file to another medium"
    case .entryDamaged(let op): "the entry of op \(op) is damaged"
    case .block(let fault): fault.description
    case .blockContents(let address, let invariant):
      "block \(address) has a right checksum, but \(invariant.name) is broken: \(invariant.statement)"
    case .numbersExhausted:
      "op, term, sequence or timestamp of the file is so high that it cannot be counted on; nothing was written"
    }
  }
}
