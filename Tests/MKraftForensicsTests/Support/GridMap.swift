import MKraftFormat
import MKraftStorage

/// What every block of a sound file is there for, found by following references from the superblock: not by the code under test.
struct GridMap {
  enum Role: String, CaseIterable {
    case acquiredSet, releasedSet, sessions, inner, leaf, value, released
  }

  let superblock: Superblock
  private(set) var roles: [UInt64: Role] = [:]
  /// The block's checksum, as the referrer has it.
  private(set) var references: [UInt64: BlockReference] = [:]
  /// The block that refers to it, if one does.
  private(set) var referrers: [UInt64: UInt64] = [:]
  private let storage: MemoryStorage

  init(_ storage: MemoryStorage) throws {
    self.storage = storage
    superblock = try SuperblockDecision(SuperblockSurvey.read(storage)).outcome.get()
    let state = superblock.checkpoint
    let acquired = try chain(state.acquired, .acquiredSet)
    let released = try chain(state.released, .releasedSet)
    _ = try chain(state.sessions, .sessions)
    for address in GridMap.addresses(released) { roles[address] = .released }
    if state.treeHeight > 0 { try node(state.treeRoot, level: state.treeHeight - 1) }
    precondition(GridMap.addresses(acquired).sorted() == roles.keys.sorted(), "a sound file's sets are what is in use")
  }

  func blocks(_ role: Role) -> [UInt64] { roles.filter { $0.value == role }.map(\.key).sorted() }

  /// Whether `block` is reached through `node` only.
  func lies(_ block: UInt64, below node: UInt64) -> Bool {
    var above = referrers[block]
    while let next = above {
      if next == node { return true }
      above = referrers[next]
    }
    return false
  }

  func range(_ address: UInt64) -> Range<UInt64> {
    let start = superblock.geometry.blockOffset(address: address)
    return start..<start + UInt64(superblock.geometry.blockSize)
  }

  static func address(at offset: UInt64, _ geometry: Geometry) -> UInt64 {
    (offset - geometry.offset(of: .grid)) / UInt64(geometry.blockSize) + 1
  }

  func bytes(_ address: UInt64) throws -> IOBuffer { try GridMap.bytes(storage, range(address)) }

  /// The key of the value that a block holds a part of.
  func key(ofValue address: UInt64) throws -> [UInt8] {
    guard let leaf = referrers[address] else { return [] }
    let block = try bytes(leaf)
    let node = TreeNodeView(validated: block.bytes)
    for index in 0..<node.count where node.form(index) == .blocks {
      for part in 0..<node.payload(index).byteCount / BlockReference.byteCount
      where node.valueBlock(index, part).address == address {
        return [UInt8](copying: node.key(index))
      }
    }
    return []
  }

  /// The header of what stands in a block's place; nil if that is not right by itself.
  func header(_ address: UInt64) throws -> BlockHeader? { try GridMap.header(storage, range(address)) }

  /// The interval that a block was made in, whatever its checksum says.
  func birth(_ address: UInt64) throws -> UInt64 {
    let block = try bytes(address)
    return block.bytes.load(BlockHeader.Layout.birth)
  }

  static func header(_ storage: MemoryStorage, _ range: Range<UInt64>) throws -> BlockHeader? {
    let block = try bytes(storage, range)
    do { return try BlockHeader(decoding: block.bytes) } catch { return nil }
  }

  static func bytes(_ storage: MemoryStorage, _ range: Range<UInt64>) throws -> IOBuffer {
    let buffer = IOBuffer(byteCount: range.count)
    _ = try storage.read(range.count, at: range.lowerBound, into: buffer)
    return buffer
  }

  private mutating func chain(_ first: BlockReference, _ role: Role) throws -> [UInt8] {
    var (reference, contents) = (first, [UInt8]())
    while reference.address != 0 {
      roles[reference.address] = role
      references[reference.address] = reference
      let block = try bytes(reference.address)
      let size = Int(try BlockHeader(decoding: block.bytes).size)
      contents += [UInt8](copying: block.bytes.extracting(BlockChain.payloadOffset..<size))
      reference = BlockReference(decoding: block.bytes, at: BlockChain.nextOffset)
    }
    return contents
  }

  private mutating func node(_ reference: BlockReference, level: UInt32) throws {
    precondition(roles[reference.address] == nil, "a block is referred to once")
    roles[reference.address] = level == 0 ? .leaf : .inner
    references[reference.address] = reference
    let block = try bytes(reference.address)
    let node = TreeNodeView(validated: block.bytes)
    for index in 0..<node.count {
      if level > 0 {
        referrers[node.child(index).address] = reference.address
        try self.node(node.child(index), level: level - 1)
      }
      guard level == 0, node.form(index) == .blocks else { continue }
      for part in 0..<node.payload(index).byteCount / BlockReference.byteCount {
        let value = node.valueBlock(index, part)
        roles[value.address] = .value
        references[value.address] = value
        referrers[value.address] = reference.address
      }
    }
  }

  private static func addresses(_ set: [UInt8]) -> [UInt64] {
    var addresses: [UInt64] = []
    for bit in 0..<set.count * 8 {
      let mask = UInt8(1) << UInt8(bit % 8)
      if set[bit / 8] & mask != 0 { addresses.append(UInt64(bit) + 1) }
    }
    return addresses
  }
}
