internal import MKraftFormat
internal import MKraftStorage

/// What of the log was taken in, as far as it has to be known to go on later. Slots that both rings held alike are read again from
/// the header ring, which takes a sixteenth of their entries or less.
struct LogRecord: Sendable {
  enum Part: Sendable {
    /// So many slots whose entries stood in both rings, and the checksum of the last one's header.
    case alike(count: Int, last: UInt128)
    case apart(SlotEvidence)
  }

  /// Slots remembered one by one. A log with more of them is not resumed.
  static let apartMax = 4096

  private(set) var parts: [Part] = []
  private(set) var apartCount = 0

  init() {}

  /// What was recorded before.
  init(_ parts: [Part]) {
    for part in parts {
      switch part {
      case .alike: self.parts.append(part)
      case .apart(let evidence): add(evidence)
      }
    }
  }

  var isTooLarge: Bool { apartCount > LogRecord.apartMax }

  mutating func add(_ run: EntryRun) { addAlike(run.slots.count, run.last.checksum) }

  mutating func add(_ evidence: SlotEvidence) {
    if let header = evidence.validHeader, header == evidence.validPrepare { return addAlike(1, header.checksum) }
    apartCount += 1
    if !isTooLarge { parts.append(.apart(evidence)) }
  }

  private mutating func addAlike(_ count: Int, _ last: UInt128) {
    if case .alike(let before, _) = parts.last {
      parts[parts.count - 1] = .alike(count: before + count, last: last)
    } else {
      parts.append(.alike(count: count, last: last))
    }
  }
}
