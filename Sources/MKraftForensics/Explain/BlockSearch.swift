internal import MKraftFormat
internal import MKraftStorage

/// Finds what refers to a block of the tree. It reads the inner nodes, and the leaves if the block may hold a value.
struct BlockSearch {
  /// What refers to a block.
  struct Found {
    let reference: BlockReference
    /// The block that holds the reference; nil: the superblock.
    let referrer: UInt64?
    /// Of a node: the keys in it and below it lie at or above this.
    var lower: [UInt8] = []
    /// And below this, unless it is empty. Of a value: empty.
    var upper: [UInt8] = []
    /// Of a value: the key that it belongs to.
    var key: [UInt8]?
  }

  private let storage: any Storage
  private let ground: GridGround

  init(_ storage: any Storage, _ ground: GridGround) {
    self.storage = storage
    self.ground = ground
  }

  /// Nil if nothing that can be read refers to the block.
  func find(_ address: UInt64) -> Found? { node(address) ?? value(address) }

  private func node(_ address: UInt64) -> Found? {
    var found: Found?
    var walk = TreeWalk(storage, ground)
    walk.visitsInner = true
    walk.run { reference, referrer, lower, upper in
      guard reference.address == address, found == nil else { return }
      found = Found(
        reference: reference, referrer: referrer, lower: [UInt8](copying: lower), upper: [UInt8](copying: upper))
    }
    return found
  }

  private func value(_ address: UInt64) -> Found? {
    var found: Found?
    let leaf = IOBuffer(byteCount: Int(ground.geometry.blockSize))
    var walk = TreeWalk(storage, ground)
    walk.run { reference, _, lower, upper in
      guard found == nil else { return }
      found = look(into: reference, lower, upper, leaf, for: address)
    }
    return found
  }

  private func look(
    into reference: BlockReference, _ lower: RawSpan, _ upper: RawSpan, _ leaf: IOBuffer, for address: UInt64
  ) -> Found? {
    guard
      let header = try? reference.read(from: storage, ground.geometry, cluster: ground.superblock.cluster, into: leaf),
      ground.brokenInvariant(in: leaf.bytes, header, level: 0, lower, upper) == nil
    else { return nil }
    let node = TreeNodeView(validated: leaf.bytes)
    for index in 0..<node.count where node.form(index) == .blocks {
      for part in 0..<node.payload(index).byteCount / BlockReference.byteCount {
        let value = node.valueBlock(index, part)
        guard value.address == address else { continue }
        return Found(reference: value, referrer: reference.address, key: [UInt8](copying: node.key(index)))
      }
    }
    return nil
  }
}
