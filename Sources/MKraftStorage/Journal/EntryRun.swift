public import MKraftFormat

/// Neighbouring entries of the log that both rings hold alike, each the child of the one before.
///
/// A full log is little else. Of such a run the recovery needs both ends only: what it decides on the first entry decides on
/// all of them (`EntryRunRules`). So a thread that reads can hand over a thousand slots as one small value.
public struct EntryRun: Sendable {
  public let first: PrepareHeader
  public private(set) var last: PrepareHeader
  public private(set) var slots: Range<Int>
  /// Bytes of all its entries, headers and bodies.
  public private(set) var entryBytes: UInt64

  init(_ header: PrepareHeader, slot: Int) {
    first = header
    last = header
    slots = slot..<slot + 1
    entryBytes = UInt64(header.size)
  }

  /// The evidence of its first slot.
  public var firstEvidence: SlotEvidence {
    SlotEvidence(slot: slots.lowerBound, header: .valid(first), prepare: .valid(first))
  }

  /// Takes the entry of the next slot, if it is the child of the last one.
  mutating func extend(by header: PrepareHeader) -> Bool {
    guard header.isChild(of: last) else { return false }
    last = header
    slots = slots.lowerBound..<slots.upperBound + 1
    entryBytes += UInt64(header.size)
    return true
  }
}
