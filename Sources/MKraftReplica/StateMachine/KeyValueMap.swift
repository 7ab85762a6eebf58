internal import MKraftFormat

/// An ordered map of byte strings: a list of chunks, each a sorted list of at most `chunkCountMax` entries, none empty,
/// all keys of a chunk before those of the next. A lookup is two binary searches; a change moves entries of one chunk,
/// and now and then the list of chunks.
struct KeyValueMap {
  /// Most entries in a chunk; a full one is split in two halves.
  static let chunkCountMax = 256
  /// A chunk that falls below this is merged with its neighbour if both together leave room to grow.
  static let chunkCountMin = 64

  /// Where an entry is, or where it would be.
  struct Position: Equatable {
    var chunk: Int
    var index: Int
  }

  private(set) var chunks: [[KeyValueEntry]] = []
  /// Number of entries.
  private(set) var count = 0

  /// The position of the first entry whose key is not before `key`, or behind the last entry of its chunk; `found`
  /// tells whether it is the key's own.
  func find(_ key: RawSpan) -> (position: Position, found: Bool) {
    let chunk = chunkIndex(for: key)
    guard chunk < chunks.count else { return (Position(chunk: 0, index: 0), false) }
    var (low, high) = (0, chunks[chunk].count)
    while low < high {
      let middle = (low + high) / 2
      switch chunks[chunk][middle].order(to: key) {
      case .same: return (Position(chunk: chunk, index: middle), true)
      case .before: low = middle + 1
      case .after: high = middle
      }
    }
    return (Position(chunk: chunk, index: low), false)
  }

  /// The entry at `position`, or the first of the next chunk if it is behind the last of its own; nil behind the last
  /// of all.
  func entry(at position: inout Position) -> KeyValueEntry? {
    guard position.chunk < chunks.count else { return nil }
    if position.index >= chunks[position.chunk].count {
      position = Position(chunk: position.chunk + 1, index: 0)
      guard position.chunk < chunks.count else { return nil }
    }
    return chunks[position.chunk][position.index]
  }

  /// The value at a position that was found.
  func value(at position: Position) -> [UInt8] {
    chunks[position.chunk][position.index].value
  }

  /// Sets the value of `key`.
  mutating func set(_ key: RawSpan, to value: RawSpan) {
    let (position, found) = find(key)
    guard !found else {
      chunks[position.chunk][position.index].value = [UInt8](copying: value)
      return
    }
    let entry = KeyValueEntry(key: [UInt8](copying: key), value: [UInt8](copying: value))
    count += 1
    guard !chunks.isEmpty else {
      chunks.append([entry])
      return
    }
    chunks[position.chunk].insert(entry, at: position.index)
    if chunks[position.chunk].count > Self.chunkCountMax { split(position.chunk) }
  }

  /// Removes `key` and returns whether it was there.
  mutating func remove(_ key: RawSpan) -> Bool {
    let (position, found) = find(key)
    guard found else { return false }
    chunks[position.chunk].remove(at: position.index)
    count -= 1
    if chunks[position.chunk].isEmpty {
      chunks.remove(at: position.chunk)
    } else if chunks[position.chunk].count < Self.chunkCountMin {
      merge(position.chunk)
    }
    return true
  }

  /// The last chunk whose first key is not after `key`, else the first.
  private func chunkIndex(for key: RawSpan) -> Int {
    var (low, high) = (0, chunks.count)
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle][0].order(to: key) == .after {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return max(low - 1, 0)
  }

  private mutating func split(_ chunk: Int) {
    let half = chunks[chunk].count / 2
    let upper = [KeyValueEntry](chunks[chunk][half...])
    chunks[chunk].removeSubrange(half...)
    chunks.insert(upper, at: chunk + 1)
  }

  /// Merges a chunk with the one after it, or before it if it is the last.
  private mutating func merge(_ chunk: Int) {
    let lower = chunk + 1 < chunks.count ? chunk : chunk - 1
    guard lower >= 0, chunks[lower].count + chunks[lower + 1].count <= Self.chunkCountMax / 2 else { return }
    chunks[lower] += chunks[lower + 1]
    chunks.remove(at: lower + 1)
  }
}
