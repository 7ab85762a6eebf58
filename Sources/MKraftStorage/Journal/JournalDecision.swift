public import MKraftFormat

/// What a replica alone makes of its log: where it ends, what is healed, and what forbids to start.
public struct JournalDecision: Sendable {
  /// Why the log ends where it does.
  public enum End: Sendable, Equatable {
    /// The next slot was never written, or not since an earlier wrap.
    case blank
    /// The next prepare is torn.
    case torn
    /// The next prepare is not the child of the head: a leftover of an earlier term.
    case unchained
    /// The next slot is damaged, and nothing can be read there: no entry was prepared, or it cannot be told.
    case vacant
    /// The clean mark says so.
    case cleanStop
    /// Every slot holds an entry.
    case full
  }

  /// Faults kept by name; beyond them they are only counted.
  public static let faultLimit = 4096

  /// The last entry of the log; the checkpoint's if there is none above it.
  public internal(set) var head: PrepareHeader
  public internal(set) var end: End
  /// The lowest op whose header slot is valid but older: nothing from it on was acknowledged. Nil if there is none.
  public internal(set) var tailStart: UInt64?
  /// Highest op proven committed: by the superblock or by the commit stamp of a valid header.
  public internal(set) var commitMax: UInt64
  /// The log is known to reach at least to here.
  public internal(set) var provenOp: UInt64
  /// One per slot, by slot.
  public internal(set) var slots: [SlotVerdict]
  /// Why the replica refuses, in order of op; empty when it serves.
  public internal(set) var faults: [JournalFault]
  public internal(set) var faultCount: Int

  /// Whether a replica alone starts on this log.
  public var serves: Bool { faultCount == 0 }
}
