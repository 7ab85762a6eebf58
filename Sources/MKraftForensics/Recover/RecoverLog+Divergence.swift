internal import MKraftFormat

/// Whether the files tell of one history. A copy that was used by itself is no older copy: its entries are others, under the same
/// numbers.
extension RecoverLog {
  /// Where two files went different ways; `one` and `other` are their places among the sources.
  struct Divergence {
    let op: UInt64
    let one: Int
    let other: Int
  }

  /// The lowest op that shows it; nil if none does.
  var divergence: Divergence? {
    let found = entries.compactMap { divergence(at: $0, among: $1) } + divergencesOfPositions + divergencesOfCheckpoints
    return found.min { ($0.op, $0.one, $0.other) < ($1.op, $1.one, $1.other) }
  }

  private func divergence(at op: UInt64, among found: [Entry]) -> Divergence? {
    let proven = found.filter(\.isProven)
    guard let one = proven.first else { return nil }
    if let other = proven.first(where: { $0.header != one.header }) {
      return Divergence(op: op, one: one.source, other: other.source)
    }
    for entry in proven {
      let other = sources.indices.first { $0 != entry.source && isVoid(entry.header, by: sources[$0]) }
      if let other { return Divergence(op: op, one: entry.source, other: other) }
    }
    // The first file's own entry counts also without its header, unless a later term has made it void.
    let mine = found.first { $0.source == 0 && $0.isWhole && !isVoid($0.header, by: sources[0]) }
    guard let mine, mine.header != one.header, one.source != 0 else { return nil }
    return Divergence(op: op, one: 0, other: one.source)
  }

  /// Whether a file's own account has no room for an entry: above the head that was found when its term began stand entries of
  /// that term and later ones only.
  private func isVoid(_ header: PrepareHeader, by source: RecoverSource) -> Bool {
    guard source.isCertain, let superblock = source.superblock else { return false }
    return header.op > superblock.cut.op && header.term < superblock.logTerm
  }

  /// Superblocks that name different entries of one op as settled.
  private var divergencesOfPositions: [Divergence] {
    var known: [UInt64: (checksum: UInt128, source: Int)] = [:]
    var found: [Divergence] = []
    for index in sources.indices {
      for position in sources[index].superblocks.flatMap(\.settled) {
        guard let before = known[position.op] else {
          known[position.op] = (position.checksum, index)
          continue
        }
        if before.checksum != position.checksum, before.source != index {
          found.append(Divergence(op: position.op, one: before.source, other: index))
        }
      }
    }
    return found
  }

  /// A file that a replica was started on later than on the first one, the first of such. It is no older copy of it: whatever it has
  /// may be its own, and which of them counts nothing tells.
  ///
  /// A term is taken at each start, and is durable before any entry of it (rule R8): a file whose superblock stands in two copies
  /// was never started in a later term than it and its own rings show.
  var startedLater: Int? {
    guard sources[0].isCertain else { return nil }
    return sources.indices.dropFirst().first { term(of: $0) > term(of: 0) }
  }

  /// The latest term that a file by itself shows. Of the first, a superblock counts of which only one copy was written; of another,
  /// that would only tell of a start that came to nothing.
  func term(of index: Int) -> UInt64 {
    let source = sources[index]
    let term = index == 0 ? source.superblocks.map(\.term).max() : source.superblock?.term
    return max(witnesses[index].termMax, term ?? 0)
  }

  /// Whether a file's log leads through the last op that the first file is known to have reached; if nothing tells, it does not.
  func leadsOn(_ index: Int, checkpoint: LogPosition) -> Bool {
    let op = witnesses[0].provenOp
    guard index != 0, op > 0, op <= checkpoint.op else { return true }
    let mine = (entries[op] ?? []).filter { $0.source == 0 && $0.isProven }.map(\.header.checksum)
    let named = sources[0].superblocks.flatMap(\.settled).filter { $0.op == op }.map(\.checksum)
    let theirs = (entries[op] ?? []).filter { $0.source == index }.map(\.header.checksum)
    let known = theirs + (op == checkpoint.op ? [checkpoint.checksum] : [])
    return !Set(mine + named).isDisjoint(with: known)
  }
}

extension Superblock {
  /// Entries that were durable when it was written, and stay what they are.
  var settled: [LogPosition] {
    [cut, LogPosition(checkpoint.header)] + (clean.map { [$0] } ?? [])
  }
}
