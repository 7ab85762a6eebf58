internal import MKraftFormat
internal import MKraftStorage

/// Entries of the log.
extension FileAlone {
  /// What is to be written to make an entry right.
  enum Entry {
    /// Over its header in the prepare ring: its body is whole.
    case prepareHeader(PrepareHeader)
    /// Over its header in the header ring, which is the one that is wrong: the prepare is the entry that is named.
    case headerRing(PrepareHeader)

    var header: PrepareHeader {
      switch self {
      case .prepareHeader(let header), .headerRing(let header): header
      }
    }
  }

  func evidence(_ slot: Int) -> SlotEvidence { reader.evidence(of: slot..<slot + 1)[0] }

  private var reader: JournalReader {
    JournalReader(ofSlotsApart: storage, geometry: geometry, cluster: superblock.cluster)
  }

  /// - Parameter byRestoredChild: what the entry after it says of it, if that was brought back.
  func entry(_ finding: Finding, _ byRestoredChild: UInt128? = nil) -> Entry? {
    guard let slot = finding.slot, let op = finding.op else { return nil }
    let seen = evidence(slot)
    // Theory D4, row O.
    if finding.kind == .walEntriesDisagree, let entry = seen.validPrepare, isNamed(entry) { return .headerRing(entry) }
    guard let expected = identity(of: finding, op, byRestoredChild), let header = seen.validHeader,
      header.checksum == expected, reader.holdsBody(of: header)
    else { return nil }
    return .prepareHeader(header)
  }

  /// The checksum of the entry that belongs there; nil if nothing names it, or two things name different ones.
  func identity(of finding: Finding, _ op: UInt64, _ byRestoredChild: UInt128?) -> UInt128? {
    guard case .checksum(let expected)? = finding.expected else { return byRestoredChild }
    let others = [bySuperblock(op), byRestoredChild, byChild(op)].compactMap { $0 }
    return others.allSatisfy { $0 == expected } ? expected : nil
  }

  private func isNamed(_ entry: PrepareHeader) -> Bool {
    let names = [bySuperblock(entry.op), byChild(entry.op)].compactMap { $0 }
    return !names.isEmpty && names.allSatisfy { $0 == entry.checksum }
  }

  /// What the superblock says of the entry of `op`.
  private func bySuperblock(_ op: UInt64) -> UInt128? {
    if op == superblock.cut.op { return superblock.cut.checksum }
    if let clean = superblock.clean, op == clean.op { return clean.checksum }
    return superblock.suffix.header(of: op)?.checksum
  }

  /// What the entry after that of `op` says of it, if both rings hold that one.
  private func byChild(_ op: UInt64) -> UInt128? {
    let seen = evidence(geometry.slot(of: op + 1))
    guard let child = seen.validHeader, child.checksum == seen.validPrepare?.checksum, child.kind == .prepare,
      child.op == op + 1
    else { return nil }
    return child.parent
  }
}
