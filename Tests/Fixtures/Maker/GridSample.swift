internal import MKraftFormat
internal import MKraftStorage

/// A replica whose state takes blocks of all kinds: an inner node, leaves, and values in blocks of their own. Checkpoints fall on ops
/// 40, 80, 120 and 160; after `load` the head is op 123, and the ring has wrapped.
enum GridSample {
  static let geometry = Geometry(
    slotCount: 64, messageSize: 8192, sessions: 4, blockSize: 16 << 10, gridBlocksMax: 128)
  static let head: UInt64 = 123
  static let checkpointOp: UInt64 = 120

  static func loaded(to head: UInt64 = head) throws -> SampleReplica {
    let replica = try SampleReplica(geometry)
    // The no-op and the registers came before.
    for op in UInt64(SampleReplica.clientCount) + 2..<head + 1 { try replica.send(events(op), from: client(op)) }
    return replica
  }

  static func client(_ op: UInt64) -> Int { Int(op) % SampleReplica.clientCount }

  /// Every fourth request writes a large value and reads another; the others write five pairs with long keys.
  static func events(_ op: UInt64) -> [KeyValueEvent] {
    if op % 4 == 0 {
      let key = Array("document/\(op / 4 % 6)".utf8)
      return [.put(key: key, value: SampleReplica.pattern(6000, seed: UInt8(op))), .get(key: key)]
    }
    return (0..<UInt64(5)).map { part in
      let number = (op * 5 + part) * 7 % 211
      let key = [UInt8](repeating: UInt8(ascii: "k"), count: 500) + Array("\(number)".utf8)
      return .put(key: key, value: SampleReplica.pattern(400, seed: UInt8(op)))
    }
  }
}

/// Where the blocks of the checkpoint lie in a sound file.
struct GridPlaces {
  let superblock: Superblock
  private let storage: MemoryStorage

  init(_ storage: MemoryStorage) throws {
    self.storage = storage
    superblock = try storage.superblock()
  }

  var root: UInt64 { superblock.checkpoint.treeRoot.address }

  func range(_ address: UInt64) -> Range<UInt64> {
    let start = superblock.geometry.blockOffset(address: address)
    return start..<start + UInt64(superblock.geometry.blockSize)
  }

  func bytes(_ address: UInt64) throws -> IOBuffer {
    let buffer = IOBuffer(byteCount: Int(superblock.geometry.blockSize))
    _ = try storage.read(buffer.byteCount, at: range(address).lowerBound, into: buffer)
    return buffer
  }

  /// Whether a block stands in this place, whatever it is for.
  func isWhole(_ address: UInt64) throws -> Bool {
    let block = try bytes(address)
    do { _ = try BlockHeader(decoding: block.bytes) } catch { return false }
    return true
  }

  /// The leaves, in the order of their keys.
  func leaves() throws -> [UInt64] {
    precondition(superblock.checkpoint.treeHeight == 2, "the root is the only inner node")
    let block = try bytes(root)
    let node = TreeNodeView(validated: block.bytes)
    var leaves: [UInt64] = []
    for index in 0..<node.count { leaves.append(node.child(index).address) }
    return leaves
  }

  /// The first block of the first large value.
  func value() throws -> UInt64 {
    for leaf in try leaves() {
      let block = try bytes(leaf)
      let node = TreeNodeView(validated: block.bytes)
      for index in 0..<node.count where node.form(index) == .blocks { return node.valueBlock(index, 0).address }
    }
    preconditionFailure("there are large values")
  }

  /// A block that the checkpoint has dropped and the one before still needed.
  func released() throws -> UInt64 {
    let set = try bytes(superblock.checkpoint.released.address)
    for address in UInt64(1)...superblock.geometry.gridBlocksMax {
      let at = BlockChain.payloadOffset + Int((address - 1) / 64) * 8
      let word: UInt64 = set.bytes.load(fromByteOffset: at)
      guard word & (1 << ((address - 1) % 64)) != 0 else { continue }
      let block = try bytes(address)
      let birth = block.bytes.load(BlockHeader.Layout.birth)
      if birth > 0, birth < superblock.geometry.interval(of: superblock.checkpoint.op) { return address }
    }
    preconditionFailure("blocks of the checkpoint before were dropped")
  }
}
