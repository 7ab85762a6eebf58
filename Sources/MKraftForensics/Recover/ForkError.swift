public import MKraftFormat
public import MKraftStorage

/// Why no file could be made from another's state. What was written so far is to be thrown away.
public enum ForkError: Error, Sendable {
  /// The file that is being made could not be written.
  case target(StorageError)
  /// A block of the state is not there.
  case block(BlockFault)
  /// A block of the state is reached twice, or is none of its kind.
  case state(Invariant, address: UInt64)
  /// The checkpoint's own blocks are not there.
  case checkpoint(CheckpointFault)
  /// An entry of the log is not there.
  case entry(op: UInt64)
  /// The file that was made is not found to be sound.
  case unsound(FindingKind, place: String)
}

extension ForkError {
  /// One line for an operator.
  public var words: String {
    switch self {
    case .target(let error): error.description
    case .block(let fault): "\(fault)"
    case .state(let invariant, let address): "block \(address) contradicts \(invariant.name)"
    case .checkpoint(let fault): "the checkpoint's \(fault.chain.rawValue) cannot be read: block \(fault.address)"
    case .entry(let op): "the entry of op \(op) cannot be read"
    case .unsound(let kind, let place): "the file that was made is not sound: \(kind.name) at \(place)"
    }
  }
}
