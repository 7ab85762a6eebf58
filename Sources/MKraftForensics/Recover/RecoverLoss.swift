/// What the new file will not have.
public enum RecoverLoss: Sendable, Equatable {
  /// Why ops are not in the new file.
  public enum Cause: String, Sendable, CaseIterable {
    /// The entries are known by their checksums, and none of the files holds them.
    case missing
    /// Nothing is left of the entries, and nothing names them.
    case unknown
    /// The entries are there, and depend on one below them that is not.
    case stranded
    /// The entry is there, and does not follow from the one before it, or is not the one that a superblock names.
    case contradictory
    /// Entries of these numbers are in the new file, and nothing in the first file shows that they were its own.
    case unconnected
    /// Whether there were entries cannot be told: both rings are damaged there.
    case undecidable
    /// Whether there were entries cannot be told: the first file does not show where the log ended.
    case unseen
  }

  /// Instead of a last op: nobody knows which was the last.
  public static let openEnd = UInt64.max

  /// The last of some ops; nil if nobody knows which was.
  public static func last(of ops: ClosedRange<UInt64>) -> UInt64? { ops.upperBound == openEnd ? nil : ops.upperBound }

  case ops(ClosedRange<UInt64>, Cause)
  /// The last reply to a client, which nothing makes again: its session is closed.
  case reply(slot: Int, op: UInt64?)
}

extension RecoverLoss.Cause {
  /// What it means, for an operator.
  public var words: String {
    switch self {
    case .missing: "acknowledged, known by checksum, and in none of the files"
    case .unknown: "acknowledged, and nothing is left of them that tells what they were"
    case .stranded: "still readable, but they depend on what is missing below them"
    case .contradictory: "readable, and contradicts what stands before it: which is right cannot be told"
    case .unconnected: "taken from another file, and nothing in the first one shows that it had the same ones"
    case .undecidable: "whether there were entries cannot be told: both rings are damaged there"
    case .unseen: "whether there were entries cannot be told: the first file does not show where the log ended"
    }
  }
}
