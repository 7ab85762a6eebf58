internal import MKraftFormat
internal import MKraftStorage

/// Goes through a checkpoint's tree in the order of its keys, down to the references of its leaves. It reads inner nodes only:
/// one block in hundreds. Memory: a node for each level, and the set of blocks met.
struct TreeWalk {
  /// The reference of a leaf, the block that holds it (nil: the superblock), and the keys that the leaf's lie between.
  typealias Visit = (_ reference: BlockReference, _ referrer: UInt64?, _ lower: RawSpan, _ upper: RawSpan) -> Void

  /// Faults kept; beyond them they are only counted.
  static let faultLimit = 4096

  private let storage: any Storage
  private let ground: GridGround
  private var nodes: [IOBuffer] = []
  /// Inner nodes and leaves that were referred to, each once.
  private(set) var met = BlockSet()
  private(set) var innerCount: UInt64 = 0
  private(set) var faults: [GridFault] = []
  private(set) var faultCount = 0
  /// Whether inner nodes are visited too, before they are read.
  var visitsInner = false

  init(_ storage: any Storage, _ ground: GridGround) {
    self.storage = storage
    self.ground = ground
  }

  private var state: CheckpointState { ground.superblock.checkpoint }

  mutating func run(_ visit: Visit) {
    guard state.treeHeight > 0 else {
      if state.treeRoot != .none { add(.violates(.treeCounts, address: state.treeRoot.address), by: nil) }
      return
    }
    guard state.treeHeight <= UInt32(Grid.heightMax), state.treeRoot.address > 0, state.treeRoot.extent == 0 else {
      return add(.violates(.treeNodeShape, address: state.treeRoot.address), by: nil)
    }
    descend(to: state.treeRoot, by: nil, level: Int(state.treeHeight) - 1, RawSpan(), RawSpan(), visit)
  }

  private mutating func descend(
    to reference: BlockReference, by referrer: UInt64?, level: Int, _ lower: RawSpan, _ upper: RawSpan,
    _ visit: Visit
  ) {
    guard ground.mayBelongToTree(reference.address) else {
      return add(.violates(.setsDisjoint, address: reference.address), by: referrer)
    }
    guard !met.contains(reference.address) else { return noteShared(reference, by: referrer, level, lower, upper) }
    met.insert(reference.address)
    guard level > 0 else { return visit(reference, referrer, lower, upper) }
    if visitsInner { visit(reference, referrer, lower, upper) }
    guard let buffer = load(reference, by: referrer, level: level, lower, upper) else { return }
    innerCount += 1
    let node = TreeNodeView(validated: buffer.bytes)
    for index in 0..<node.count {
      descend(
        to: node.child(index), by: reference.address, level: level - 1, index == 0 ? lower : node.key(index),
        index + 1 < node.count ? node.key(index + 1) : upper, visit)
    }
  }

  /// A node that something else refers to as well. Which of the two is right, only the node tells: it is held against this
  /// reference too, as a replica would that comes this way.
  private mutating func noteShared(
    _ reference: BlockReference, by referrer: UInt64?, _ level: Int, _ lower: RawSpan, _ upper: RawSpan
  ) {
    add(.violates(.setsDisjoint, address: reference.address), by: referrer)
    if level > 0 {
      _ = load(reference, by: referrer, level: level, lower, upper)
    } else {
      let leaf = IOBuffer(byteCount: Int(ground.geometry.blockSize))
      if let fault = ground.fault(ofLeaf: reference, lower, upper, storage, leaf) { add(fault, by: referrer) }
    }
  }

  /// The inner node, if it is what it must be.
  private mutating func load(
    _ reference: BlockReference, by referrer: UInt64?, level: Int, _ lower: RawSpan, _ upper: RawSpan
  ) -> IOBuffer? {
    while nodes.count < level { nodes.append(IOBuffer(byteCount: Int(ground.geometry.blockSize))) }
    let buffer = nodes[level - 1]
    do throws(BlockFault) {
      let header = try reference.read(
        from: storage, ground.geometry, cluster: ground.superblock.cluster, into: buffer)
      let broken = ground.brokenInvariant(in: buffer.bytes, header, level: level, lower, upper)
      guard let broken else { return buffer }
      add(.violates(broken, address: reference.address), by: referrer)
    } catch { add(.block(error), by: referrer) }
    return nil
  }

  private mutating func add(_ fault: CheckpointAudit.Fault, by referrer: UInt64?) {
    faultCount += 1
    if faults.count < TreeWalk.faultLimit { faults.append(GridFault(fault: fault, referrer: referrer)) }
  }
}

extension GridGround {
  /// The first invariant that a node of the tree breaks whose checksum is the one referred to.
  func brokenInvariant(
    in bytes: RawSpan, _ header: BlockHeader, level: Int, _ lower: RawSpan, _ upper: RawSpan
  ) -> Invariant? {
    guard hasPlausibleBirth(header) else { return .blockBirth }
    if let broken = TreeNode.brokenInvariant(in: bytes, header, level: level) { return broken }
    return TreeNode.liesWithin(TreeNodeView(validated: bytes), lower: lower, upper: upper) ? nil : .treeNodeBounds
  }
}
