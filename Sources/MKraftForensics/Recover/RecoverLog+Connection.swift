internal import MKraftFormat

/// Whether what other files hold was the first file's own. An older copy that was started by itself has ops of its own under the same
/// numbers; if it was started as often as the first file since, even its superblock is the same, byte by byte.
extension RecoverLog {
  /// The first op, up to the last of a chain, of which nothing in the first file shows that it was its own; nil if all were.
  ///
  /// An entry was the first file's own if that names it, or names one behind it in the chain, or if the file that holds it has
  /// another entry of its term in common with the first: a replica takes a term at each start, durably, before it writes entries of
  /// it (rule R8), so all entries of a term that two files share were written by one run. A checkpoint was, with all that is in it, if
  /// its last entry was, or if the first file names its id, which follows from the log up to it.
  /// - Parameters:
  ///   - chain: what follows the checkpoint.
  ///   - source: the file whose superblock names the checkpoint.
  func firstUnconnected(in chain: [Entry], after checkpoint: CheckpointState, of source: Int) -> UInt64? {
    let own = named(by: 0)
    let shared = sources.indices.map { index in
      Set(named(by: index).compactMap { own[$0.key] != nil ? $0.value : nil })
    }
    let connected = chain.last { entry in
      own[entry.header.checksum] != nil
        || (entries[entry.header.op] ?? []).contains {
          $0.header == entry.header && shared[$0.source].contains(entry.header.term)
        }
    }
    let last = chain.last?.header.op ?? checkpoint.op
    let common: UInt64
    if let connected {
      common = connected.header.op
    } else {
      let header = checkpoint.header
      let isOwn = source == 0 || own[header.checksum] != nil || shared[source].contains(header.term)
      common = isOwn ? checkpoint.op : commonCheckpoint(checkpoint)
    }
    return common < last ? common + 1 : nil
  }

  /// The op of the newest state, this checkpoint or the one before it, that the first file had too; 0, where every log begins, if it
  /// names neither.
  private func commonCheckpoint(_ checkpoint: CheckpointState) -> UInt64 {
    let named = namedCheckpoints[0]
    if checkpoint.op == 0 || named[checkpoint.op]?.contains(checkpoint.id) == true { return checkpoint.op }
    let before = checkpoint.op - min(checkpoint.op, UInt64(model.geometry.checkpointInterval))
    return named[before]?.contains(checkpoint.parentID) == true ? before : 0
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
