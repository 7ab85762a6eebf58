internal import MKraftFormat

/// Whether what other files hold was the first file's own. An older copy that was started by itself has ops of its own under the same
/// numbers; if it was started as often as the first file since, even its superblock is the same, byte by byte.
extension RecoverLog {
  /// The first op of a chain of which nothing in the first file shows that it was its own; nil if all were, or if nothing is left of
  /// the first file that could show anything.
  ///
  /// An entry was the first file's own if that names it, or names one behind it in the chain, or if the file that holds it has
  /// another entry of its term in common with the first: a replica takes a term at each start, durably, before it writes entries of
  /// it (rule R8), so all entries of a term that two files share were written by one run.
  func firstUnconnected(in chain: [Entry]) -> UInt64? {
    let own = named(by: 0)
    guard !own.isEmpty, let last = chain.last else { return nil }
    let shared = sources.indices.map { index in
      Set(named(by: index).compactMap { own[$0.key] != nil ? $0.value : nil })
    }
    let connected = chain.last { entry in
      own[entry.header.checksum] != nil
        || (entries[entry.header.op] ?? []).contains {
          $0.header == entry.header && shared[$0.source].contains(entry.header.term)
        }
    }
    let first = connected.map { $0.header.op + 1 } ?? chain[0].header.op
    return first <= last.header.op ? first : nil
  }

  /// Every entry that a file names, by checksum, and its term.
  private func named(by index: Int) -> [UInt128: UInt64] {
    var named: [UInt128: UInt64] = [:]
    for found in entries.values {
      for entry in found where entry.source == index { named[entry.header.checksum] = entry.header.term }
    }
    for superblock in sources[index].superblocks {
      for position in superblock.settled { named[position.checksum] = position.term }
      for place in 0..<superblock.suffix.count {
        named[superblock.suffix[place].checksum] = superblock.suffix[place].term
      }
    }
    return named
  }
}
