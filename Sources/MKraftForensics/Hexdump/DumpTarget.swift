public import MKraftFormat

/// A structure of the file that can be shown byte by byte.
public enum DumpTarget: Sendable, Equatable {
  /// A superblock copy, 0 to 3.
  case superblock(Int)
  /// A slot of the header ring.
  case header(slot: Int)
  /// A slot of the prepare ring.
  case prepare(slot: Int)
  /// A slot of the reply zone.
  case reply(slot: Int)
  /// A block of the grid, from 1.
  case block(UInt64)

  /// What it is, in words.
  public var title: String {
    switch self {
    case .superblock(let copy): "superblock copy \(copy)"
    case .header(let slot): "slot \(slot) of the header ring"
    case .prepare(let slot): "slot \(slot) of the prepare ring"
    case .reply(let slot): "reply slot \(slot)"
    case .block(let address): "block \(address)"
    }
  }

  /// The bytes of the file that it takes; nil if there is no such structure under this geometry.
  public func range(_ geometry: Geometry) -> Range<UInt64>? {
    let (start, count): (UInt64, Int)
    switch self {
    case .superblock(let copy):
      guard (0..<Superblock.copyCount).contains(copy) else { return nil }
      (start, count) = (geometry.offset(of: .superblock(copy)), Superblock.byteCount)
    case .header(let slot):
      guard (0..<Int(geometry.slotCount)).contains(slot) else { return nil }
      (start, count) = (geometry.headerOffset(slot: slot), PrepareHeader.byteCount)
    case .prepare(let slot):
      guard (0..<Int(geometry.slotCount)).contains(slot) else { return nil }
      (start, count) = (geometry.prepareOffset(slot: slot), Int(geometry.messageSize))
    case .reply(let slot):
      guard (0..<Int(geometry.sessions)).contains(slot) else { return nil }
      (start, count) = (geometry.replyOffset(slot: slot), Int(geometry.messageSize))
    case .block(let address):
      guard address > 0, address <= geometry.gridBlocksMax else { return nil }
      (start, count) = (geometry.blockOffset(address: address), Int(geometry.blockSize))
    }
    return start..<start + UInt64(count)
  }

  /// The numbers that it may have under this geometry, in words.
  public func choices(_ geometry: Geometry) -> String {
    switch self {
    case .superblock: "copies are 0 to \(Superblock.copyCount - 1)"
    case .header, .prepare: "this file has slots 0 to \(geometry.slotCount - 1)"
    case .reply: "this file has reply slots 0 to \(geometry.sessions - 1)"
    case .block: "this file may have blocks 1 to \(geometry.gridBlocksMax)"
    }
  }
}
