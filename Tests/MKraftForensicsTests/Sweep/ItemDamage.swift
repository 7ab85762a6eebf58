import MKraftFormat
import MKraftStorage

/// What becomes of an item.
enum ItemDamage: String, CaseIterable {
  case flip = "bit flipped"
  case zero = "zeroed"
  case garbage
  case stale = "stale version"
  case swap = "swapped with its neighbour"
  case unreadable = "EIO"
}

/// A damage to a place in a file.
struct Strike: CustomStringConvertible {
  let damage: ItemDamage
  let item: FileItem
  /// The bytes that are not what they were, or cannot be read.
  let ranges: [Range<UInt64>]

  var description: String { "\(damage.rawValue): \(item), bytes \(ranges)" }

  /// Damages all of an item, or a part of it.
  /// - Parameter part: what of the item is damaged; of a flip, the byte.
  /// - Returns: nil if that changes nothing.
  static func apply(
    _ damage: ItemDamage, to item: FileItem, part: Range<UInt64>, _ storage: MemoryStorage, _ ground: LoadedGround,
    _ items: [FileItem], using generator: inout SplitMix64
  ) -> Strike? {
    var ranges = [part]
    switch damage {
    case .flip:
      storage.flipBit(at: 8 * part.lowerBound + UInt64.random(in: 0..<8, using: &generator))
      ranges = [part.lowerBound..<part.lowerBound + 1]
    case .zero: storage.zero(part)
    case .garbage: storage.garbage(part, using: &generator)
    case .stale: copy(part, from: ground.earlier, to: part.lowerBound, storage)
    case .swap:
      guard let other = item.neighbour(among: items) else { return nil }
      copy(item.range, from: ground.storage, to: other.range.lowerBound, storage)
      copy(other.range, from: ground.storage, to: item.range.lowerBound, storage)
      ranges = [item.range, other.range]
    case .unreadable:
      storage.failReads(part)
      return Strike(damage: damage, item: item, ranges: ranges)
    }
    let changed = ranges.flatMap { changes(in: $0, storage, ground.storage) }
    return changed.isEmpty ? nil : Strike(damage: damage, item: item, ranges: changed)
  }

  private static func copy(
    _ range: Range<UInt64>, from source: MemoryStorage, to offset: UInt64, _ storage: MemoryStorage
  ) {
    guard let bytes = try? GridMap.bytes(source, range) else { preconditionFailure("the source can be read") }
    storage.replace(at: offset, with: bytes)
  }

  /// Where the two differ, in runs; runs that are not 16 bytes apart are one.
  private static func changes(
    in range: Range<UInt64>, _ one: MemoryStorage, _ other: MemoryStorage
  ) -> [Range<UInt64>] {
    guard let left = try? GridMap.bytes(one, range), let right = try? GridMap.bytes(other, range) else {
      return [range]
    }
    var runs: [Range<UInt64>] = []
    for offset in 0..<range.count {
      let isSame =
        left.bytes.load(fromByteOffset: offset, as: UInt8.self)
        == right.bytes.load(fromByteOffset: offset, as: UInt8.self)
      guard !isSame else { continue }
      let at = range.lowerBound + UInt64(offset)
      if let last = runs.last, at - last.upperBound < 16 {
        runs[runs.count - 1] = last.lowerBound..<at + 1
      } else {
        runs.append(at..<at + 1)
      }
    }
    return runs
  }
}
