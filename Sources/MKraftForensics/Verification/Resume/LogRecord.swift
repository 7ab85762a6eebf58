internal import MKraftFormat
internal import MKraftStorage

/// What of the log was taken in, as far as it has to be known to go on later. What both rings held alike is read again from the
/// header ring, which takes a sixteenth of their entries or less, and must be the same headers: a slot that was written since was never
/// verified.
struct LogRecord: Sendable {
  enum Part: Sendable {
    /// So many entries that stood in both rings, each the child of the one before, and the checksum of the last one's header, which
    /// settles all of them.
    case chain(count: Int, last: UInt128)
    /// So many slots that both rings held alike, and a digest over the checksums of their headers in order.
    case alike(count: Int, digest: UInt128)
    /// So many slots above the head that a file in use is judged as of: whatever stood there was left out.
    case moving(count: Int)
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
      if case .apart(let evidence) = part { addApart(evidence) } else { self.parts.append(part) }
    }
  }

  /// Whether it can be that of the first `count` slots, each part of which is there.
  /// - Parameter settled: slots of these that are no part of what is in motion; nil if nothing is.
  func isOf(_ count: UInt64, settled: UInt64?) -> Bool {
    guard !isTooLarge else { return false }
    var (found, moving) = (UInt64(0), UInt64(0))
    for part in parts {
      // What is in motion lies above all else.
      guard moving == 0, found <= count else { return false }
      switch part {
      case .chain(let slots, _), .alike(let slots, _):
        guard slots > 0 else { return false }
        found += UInt64(slots)
      case .apart: found += 1
      case .moving(let slots):
        guard slots > 0 else { return false }
        moving = UInt64(slots)
      }
    }
    return found == min(count, settled ?? count) && found + moving == count
  }

  var isTooLarge: Bool { apartCount > LogRecord.apartMax }

  mutating func add(_ run: EntryRun) {
    if case .chain(let before, let last) = parts.last, run.first.parent == last {
      parts[parts.count - 1] = .chain(count: before + run.slots.count, last: run.last.checksum)
    } else if run.slots.count == 1 {
      // In a log whose entries do not chain, each would be a part by itself.
      add(run.firstEvidence)
    } else {
      parts.append(.chain(count: run.slots.count, last: run.last.checksum))
    }
  }

  mutating func add(_ evidence: SlotEvidence) {
    guard let header = evidence.alikeHeader else { return addApart(evidence) }
    if case .alike(let before, let digest) = parts.last {
      parts[parts.count - 1] = .alike(count: before + 1, digest: LogRecord.digest(digest, header))
    } else {
      parts.append(.alike(count: 1, digest: LogRecord.digest(0, header)))
    }
  }

  /// A slot above the head that a file in use is judged as of.
  mutating func addMoving() {
    if case .moving(let before) = parts.last {
      parts[parts.count - 1] = .moving(count: before + 1)
    } else {
      parts.append(.moving(count: 1))
    }
  }

  private mutating func addApart(_ evidence: SlotEvidence) {
    apartCount += 1
    if !isTooLarge { parts.append(.apart(evidence)) }
  }

  /// The digest of headers, the last of which is `header`; 0 is that of none. Checksums are as good as random, so that a polynomial
  /// of them tells their order too.
  static func digest(_ before: UInt128, _ header: PrepareHeader) -> UInt128 {
    before &* 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835 &+ header.checksum
  }
}

extension SlotEvidence {
  /// The header of what both rings hold alike; nil if they do not.
  var alikeHeader: PrepareHeader? {
    guard let header = validHeader, header == validPrepare else { return nil }
    return header
  }

  /// Whether the same was seen: what the device does not give is the same, whatever it answers.
  func isSame(as other: SlotEvidence) -> Bool {
    slot == other.slot && header.isSame(as: other.header) && prepare.isSame(as: other.prepare)
  }
}

extension SlotEvidence.HeaderEvidence {
  fileprivate func isSame(as other: SlotEvidence.HeaderEvidence) -> Bool {
    switch (self, other) {
    case (.valid(let one), .valid(let another)): one == another
    case (.damaged(let one), .damaged(let another)): one == another
    case (.unreadable, .unreadable), (.beyondEnd, .beyondEnd): true
    default: false
    }
  }
}

extension SlotEvidence.PrepareEvidence {
  fileprivate func isSame(as other: SlotEvidence.PrepareEvidence) -> Bool {
    switch (self, other) {
    case (.valid(let one), .valid(let another)), (.bodyMismatch(let one), .bodyMismatch(let another)): one == another
    case (.damaged(let one), .damaged(let another)): one == another
    case (.unreadable, .unreadable), (.beyondEnd, .beyondEnd): true
    default: false
    }
  }
}
