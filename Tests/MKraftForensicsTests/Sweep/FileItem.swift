import MKraftFormat
import MKraftStorage

/// A thing in a file that can be damaged: a structure, or bytes that nobody writes.
struct FileItem: CustomStringConvertible {
  enum Kind: Hashable {
    case superblock(copy: Int)
    case headerUnit(first: Int)
    case header(slot: Int)
    case prepare(slot: Int)
    case reply(slot: Int)
    case block(UInt64, GridMap.Role)
    case freeBlock(UInt64)
    case gap(Int)
  }

  let kind: Kind
  /// Its place, with all that no checksum covers.
  let range: Range<UInt64>

  var description: String { "\(kind)" }

  /// Every item of a loaded file.
  static func all(_ ground: LoadedGround) -> [FileItem] {
    let geometry = ground.geometry
    func item(_ kind: Kind, _ start: UInt64, _ count: Int) -> FileItem {
      FileItem(kind: kind, range: start..<start + UInt64(count))
    }
    let slots = 0..<Int(geometry.slotCount)
    let perUnit = Int(geometry.ioUnit) / PrepareHeader.byteCount
    var items = (0..<Superblock.copyCount).map {
      item(.superblock(copy: $0), geometry.offset(of: .superblock($0)), Superblock.byteCount)
    }
    items += stride(from: 0, to: slots.count, by: perUnit).map {
      item(.headerUnit(first: $0), geometry.headerOffset(slot: $0), Int(geometry.ioUnit))
    }
    items += slots.map { item(.header(slot: $0), geometry.headerOffset(slot: $0), PrepareHeader.byteCount) }
    items += slots.map { item(.prepare(slot: $0), geometry.prepareOffset(slot: $0), Int(geometry.messageSize)) }
    items += (0..<Int(geometry.sessions)).map {
      item(.reply(slot: $0), geometry.replyOffset(slot: $0), Int(geometry.messageSize))
    }
    items += ground.map.roles.sorted { $0.key < $1.key }.map { address, role in
      FileItem(kind: .block(address, role), range: ground.map.range(address))
    }
    let blocks = geometry.blockCount(fileSize: ground.superblock.checkpoint.storageSize)
    items += (1...blocks).filter { ground.map.roles[$0] == nil }.prefix(8).map {
      FileItem(kind: .freeBlock($0), range: ground.map.range($0))
    }
    return items + gaps(geometry)
  }

  /// What lies between the zones.
  private static func gaps(_ geometry: Geometry) -> [FileItem] {
    zip(Zone.allCases, Zone.allCases.dropFirst()).enumerated().compactMap { index, zones in
      let end = geometry.offset(of: zones.0) + geometry.byteCount(of: zones.0)
      let range = end..<geometry.offset(of: zones.1)
      return range.isEmpty ? nil : FileItem(kind: .gap(index), range: range)
    }
  }

  /// The neighbour to be swapped with: the next of the same kind and size.
  func neighbour(among items: [FileItem]) -> FileItem? {
    guard let index = items.firstIndex(where: { $0.kind == kind }) else { return nil }
    return [index + 1, index - 1].lazy.filter(items.indices.contains).map { items[$0] }.first { other in
      other.range.count == range.count && other.family == family
    }
  }

  private var family: Int {
    switch kind {
    case .superblock: 0
    case .headerUnit: 1
    case .header: 2
    case .prepare: 3
    case .reply: 4
    case .block: 5
    case .freeBlock: 6
    case .gap: 7
    }
  }
}
