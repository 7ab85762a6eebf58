/// What the decision on the whole log makes of one slot.
public struct SlotVerdict: Sendable, Equatable {
  public enum Disposition: UInt8, Sendable {
    /// Part of the log; both rings hold it.
    case kept
    /// Part of the log; its header is to be written.
    case fixed
    /// Not part of the log, and nothing to do.
    case blank
    /// A prepare that was never acknowledged; it will be overwritten.
    case cut
    /// Damaged and not part of the log: an `unknown` header is to be written.
    case vacated
    /// Part of the log, and not usable.
    case faulty
  }

  public let row: UInt8
  public let disposition: Disposition

  public var rule: RecoveryRow { RecoveryTable.rows[Int(row)] }
}
