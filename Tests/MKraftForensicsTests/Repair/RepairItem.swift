import MKraftFormat
import MKraftStorage
import SystemPackage

/// A part of a data file that can be damaged, and where another of its sort stands.
struct RepairItem: CustomStringConvertible {
  enum Damage: String, CaseIterable {
    case flip, zero, stale, swapped, unreadable
  }

  let name: String
  let range: Range<UInt64>
  /// Another item of the sort, that may have been written here by mistake.
  let other: UInt64

  var description: String { name }

  /// Every sort of item of a file that a replica has run on.
  static func all(_ map: GridMap, head: UInt64) -> [RepairItem] {
    let geometry = map.superblock.geometry
    var items = (0..<Superblock.copyCount).map { copy in
      let start = geometry.offset(of: .superblock(copy))
      return RepairItem(
        name: "superblock copy \(copy)", range: start..<start + UInt64(Superblock.byteCount),
        other: geometry.offset(of: .superblock((copy + 1) % 4)))
    }
    let checkpoint = map.superblock.checkpoint.op
    for op in [checkpoint + 1, head - 1, head, head + 1, head + 30] + (checkpoint > 3 ? [checkpoint - 3] : []) {
      let slot = geometry.slot(of: op)
      let header = geometry.headerOffset(slot: slot)
      let prepare = geometry.prepareOffset(slot: slot)
      let next = (slot + 5) % Int(geometry.slotCount)
      items.append(
        RepairItem(name: "header of op \(op)", range: header..<header + 256, other: geometry.headerOffset(slot: next)))
      items.append(
        RepairItem(
          name: "prepare of op \(op)", range: prepare..<prepare + 4096, other: geometry.prepareOffset(slot: next)))
      items.append(
        RepairItem(
          name: "prepare header of op \(op)", range: prepare..<prepare + 200, other: geometry.prepareOffset(slot: next))
      )
    }
    let unit = geometry.headerOffset(slot: 16)
    items.append(
      RepairItem(name: "header unit", range: unit..<unit + 4096, other: geometry.headerOffset(slot: 32)))
    for slot in 0..<Int(geometry.sessions) {
      let start = geometry.replyOffset(slot: slot)
      items.append(
        RepairItem(
          name: "reply \(slot)", range: start..<start + 300,
          other: geometry.replyOffset(slot: (slot + 1) % Int(geometry.sessions))))
    }
    for role in GridMap.Role.allCases {
      let blocks = map.blocks(role)
      guard !blocks.isEmpty else { continue }
      for address in Set([blocks[0], blocks[blocks.count / 2]]).sorted() {
        let another = blocks.first { $0 != address } ?? (address == 1 ? 2 : 1)
        items.append(
          RepairItem(
            name: "\(role) \(address)", range: map.range(address), other: map.range(another).lowerBound))
        let start = map.range(address).lowerBound
        items.append(
          RepairItem(
            name: "reserved bytes of \(role) \(address)", range: start + 100..<start + 200,
            other: map.range(another).lowerBound + 300))
      }
    }
    let gap = geometry.offset(of: .superblock1) + 70_000
    items.append(RepairItem(name: "gap", range: gap..<gap + 600, other: geometry.headerOffset(slot: 3)))
    let marked = geometry.repairMarkRange(copy: 1).lowerBound
    items.append(
      RepairItem(
        name: "gap where the mark stands", range: marked - 100..<marked + 700, other: geometry.headerOffset(slot: 3)))
    return items
  }

  /// - Parameter earlier: the file at another time.
  func damage(_ storage: MemoryStorage, _ damage: Damage, earlier: MemoryStorage) throws {
    switch damage {
    case .flip: storage.flipBit(at: 8 * (range.lowerBound + UInt64(range.count / 3)) + 3)
    case .zero: storage.zero(range)
    case .stale:
      let old = try GridMap.bytes(earlier, range)
      storage.replace(at: range.lowerBound, with: old)
    case .swapped: storage.copy(other..<other + UInt64(range.count), to: range.lowerBound)
    case .unreadable:
      let start = range.lowerBound / 512 * 512
      storage.failReads(start..<start + 512)
    }
  }
}
