public import MKraftFormat
public import MKraftStorage

/// Goes along with the log of a file in use: new entries as their headers come into the header ring, which happens in op order and
/// only when the entry is durable (rule R12).
///
/// It keeps nothing but its place. A log that wraps past a reader that is too slow takes entries away before they are seen: that is
/// told.
public struct LogFollower {
  public enum Event: Sendable {
    case entry(PrepareHeader, slot: Int, link: LogRow.Link)
    /// The ring was written over before these ops were read.
    case missed(ClosedRange<UInt64>)
    /// The header of this op is not right, and later ones are.
    case damaged(op: UInt64, slot: Int, defect: String)
  }

  private let reader: JournalReader
  private let geometry: Geometry
  private let cut: UInt64
  private let logTerm: UInt64
  /// The op that is looked for.
  public private(set) var nextOp: UInt64
  private var previous: PrepareHeader?
  /// Ops that were written over, not told yet: more may follow.
  private var missed: ClosedRange<UInt64>?

  /// - Parameter op: the first to look for, at least 1; nil for so many as were last written.
  public init(_ storage: any Storage, _ source: LogSource, from op: UInt64? = nil, last count: UInt64 = 10) {
    let superblock = source.superblock
    geometry = superblock.geometry
    cut = superblock.cut.op
    logTerm = superblock.logTerm
    reader = JournalReader(storage, geometry: geometry, cluster: superblock.cluster)
    if let op {
      nextOp = max(1, op)
    } else {
      let head = LiveHead.find(storage, superblock)
      nextOp = head < count ? 1 : head - count + 1
    }
  }

  /// Tells what has come since the last time, until nothing is left or `visit` returns false.
  public mutating func poll(_ visit: (Event) -> Bool) {
    while nextOp < PrepareHeader.numberLimit {
      let first = geometry.slot(of: nextOp)
      let slots = first..<min(first + reader.batchLimit, Int(geometry.slotCount))
      guard take(reader.evidence(of: slots, bodies: false), visit) else { return }
    }
  }

  /// Takes a batch; false if there is nothing behind it to be read now.
  private mutating func take(_ batch: [SlotEvidence], _ visit: (Event) -> Bool) -> Bool {
    for (index, seen) in batch.enumerated() {
      let op = nextOp
      switch sight(of: seen, op) {
      case .entry(let header):
        guard tellMissed(visit) else { return false }
        nextOp += 1
        let link = link(of: header)
        previous = header
        guard visit(.entry(header, slot: seen.slot, link: link)) else { return false }
      case .overwritten(let later):
        // As far as the ring can have been written over, at once: the distance may be anything.
        let last = later - UInt64(geometry.slotCount)
        missed = (missed?.lowerBound ?? op)...last
        nextOp = last + 1
        previous = nil
        guard last == op else { return true }
      case .bad(let defect):
        let later = batch[(index + 1)...].enumerated().contains { distance, later in
          if case .entry = sight(of: later, op + 1 + UInt64(distance)) { true } else { false }
        }
        guard tellMissed(visit), later else { return false }
        nextOp += 1
        previous = nil
        guard visit(.damaged(op: op, slot: seen.slot, defect: defect)) else { return false }
      case .notYet:
        _ = tellMissed(visit)
        return false
      }
    }
    return true
  }

  private mutating func tellMissed(_ visit: (Event) -> Bool) -> Bool {
    guard let range = missed else { return true }
    missed = nil
    return visit(.missed(range))
  }

  private enum Sight {
    case entry(PrepareHeader)
    /// A later round's entry stands there.
    case overwritten(by: UInt64)
    case bad(String)
    case notYet
  }

  private func sight(of seen: SlotEvidence, _ op: UInt64) -> Sight {
    guard let header = seen.validHeader else { return .bad(seen.header.defect ?? "damaged") }
    guard header.kind == .prepare, header.op >= op else { return .notYet }
    // Entries above the cut of an older term are void (rule R7).
    if header.op > cut && header.term < logTerm { return .notYet }
    return header.op == op ? .entry(header) : .overwritten(by: header.op)
  }

  private func link(of header: PrepareHeader) -> LogRow.Link {
    guard let previous else { return .unknown }
    return header.brokenChainInvariant(after: previous).map { .broken($0) } ?? .ok
  }
}
