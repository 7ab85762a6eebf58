/// What stands in a slot of the prepare ring, seen from the expected op.
public enum PrepareCondition: UInt8, Sendable, CaseIterable {
  /// No valid entry of this slot and cluster, with its whole body, and no reserved header; or unreadable.
  case bad
  case reserved
  /// An entry of an earlier wrap, or a void one (rule R7).
  case older
  /// An entry of the expected op, with its body.
  case current
  /// An entry beyond what this superblock allows.
  case ahead
}
