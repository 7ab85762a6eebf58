/// What stands in a slot of the header ring, seen from the op that the slot is expected to hold: the one op of
/// (checkpoint, checkpoint + slot_count] whose slot it is.
public enum HeaderCondition: UInt8, Sendable, CaseIterable {
  /// Not a valid header of this slot and cluster, or unreadable.
  case bad
  /// An `unknown` header where the log is known to have had an entry.
  case unknown
  /// An `unknown` header above the cut: this replica found the slot damaged, decided that the log ended before it, and
  /// recorded that. The expected op's header has not been written since.
  case vacated
  case reserved
  /// An entry of an earlier wrap, or one above the cut of an older term than `log_term`, which is void (rule R7).
  case older
  /// An entry of the expected op.
  case current
  /// An entry beyond what this superblock allows: a later op, or a later term than `log_term`.
  case ahead

  /// Whether this is a valid header that is older than the expected op's: the tail of the log starts here (rule R13).
  public var opensTail: Bool { self == .vacated || self == .reserved || self == .older }

  /// Whether nothing in the header ring can stand for this slot when its neighbours are written: it becomes `unknown`.
  public var isDamaged: Bool { self == .bad || self == .unknown }
}
