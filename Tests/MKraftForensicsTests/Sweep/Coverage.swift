import MKraftFormat
import MKraftStorage

/// What of each item a checksum covers, or must be zero; found by reading the sound file, not by the code under test.
struct Coverage {
  /// Why damage cannot be told from what may stand there.
  enum Unseen: String, CaseIterable {
    case slotRemainder = "behind an entry or reply in its slot, where no checksum covers anything"
    case blockRemainder = "behind a block's contents, where no checksum covers anything"
    case freeBlock = "in a free block, which may hold anything"
    case olderBlock = "an older version of a dropped block, which nothing refers to"
    case unknownUse = "in a block of which nobody knows whether it is in use: the set that says so is damaged too"
    case olderEntry = "an older entry in a slot above the head, which is vacant either way"
  }

  private let ground: LoadedGround
  /// Ops above the checkpoint are expected in the slots; up to here there are entries.
  private let head: UInt64
  private let covered: [FileItem.Kind: Range<UInt64>]

  init(_ ground: LoadedGround, _ items: [FileItem]) throws {
    self.ground = ground
    head = ForgedImage.lastOp(ground)
    covered = try Dictionary(
      uniqueKeysWithValues: items.map { item in (item.kind, try Coverage.covered(item, ground.storage)) })
  }

  private static func covered(_ item: FileItem, _ storage: MemoryStorage) throws -> Range<UInt64> {
    let size: UInt64
    switch item.kind {
    case .superblock, .headerUnit, .header, .gap: return item.range
    case .freeBlock: size = 0
    case .prepare:
      // Apart, since the compiler of 6.3.1 cannot compile both in one expression without optimisation.
      let bytes = try GridMap.bytes(storage, item.range)
      size = UInt64(try PrepareHeader(decoding: bytes.bytes).size)
    case .reply:
      let bytes = try GridMap.bytes(storage, item.range)
      size = UInt64(try ReplyHeader(decoding: bytes.bytes).size)
    case .block: size = UInt64(try GridMap.header(storage, item.range)?.size ?? 0)
    }
    return item.range.lowerBound..<item.range.lowerBound + size
  }

  func covered(_ item: FileItem) -> Range<UInt64> {
    covered[item.kind] ?? item.range.lowerBound..<item.range.lowerBound
  }

  /// Why nobody can know of the damage to this item; nil if it must be found.
  func unseen(_ strike: Strike, in item: FileItem) -> Unseen? {
    let covered = covered(item)
    guard strike.ranges.contains(where: { $0.overlaps(covered) }) else { return remainder(item) }
    switch (item.kind, strike.damage) {
    case (.block(_, .released), .stale): return .olderBlock
    case (.header(let slot), .stale), (.prepare(let slot), .stale): return isVacant(slot) ? .olderEntry : nil
    default: return nil
    }
  }

  private func remainder(_ item: FileItem) -> Unseen {
    switch item.kind {
    case .freeBlock: .freeBlock
    case .block: .blockRemainder
    default: .slotRemainder
    }
  }

  /// Whether the slot is one above the log's head.
  private func isVacant(_ slot: Int) -> Bool {
    let first = ground.superblock.checkpoint.op + 1
    return !(first..<max(first, head + 1)).contains { ground.geometry.slot(of: $0) == slot }
  }
}
