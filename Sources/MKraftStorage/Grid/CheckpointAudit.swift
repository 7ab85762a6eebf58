public import MKraftFormat

/// Reads every block that a checkpoint's tree reaches, and checks what must hold of them together: rules R16 to R18. Memory: a node
/// for each level, and the set of blocks seen.
public struct CheckpointAudit {
  public enum Fault: Error, Sendable, Equatable {
    case block(BlockFault)
    /// The checksum is right, but the contents are not what must stand in this place.
    case violates(Invariant, address: UInt64)

    public var address: UInt64 {
      switch self {
      case .block(let fault): fault.address
      case .violates(_, let address): address
      }
    }
  }

  /// Faults kept; beyond them they are only counted.
  public static let faultLimit = 4096

  public private(set) var faults: [Fault] = []
  public private(set) var faultCount = 0
  /// Blocks that the tree reaches, as far as its nodes can be read.
  public private(set) var reachable = BlockSet()
  public private(set) var pairCount: UInt64 = 0
  public private(set) var leafCount: UInt64 = 0
  public private(set) var innerCount: UInt64 = 0
  public private(set) var valueBlockCount: UInt64 = 0

  private let storage: any Storage
  private let superblock: Superblock
  private let contents: CheckpointContents
  /// One for each level, made when it is needed.
  private var nodes: [IOBuffer] = []
  private let valueBuffer: IOBuffer

  private var geometry: Geometry { superblock.geometry }

  /// Reads the tree of `superblock`'s checkpoint, whose trailers hold `contents`.
  public static func run(
    _ storage: any Storage, _ superblock: Superblock, _ contents: CheckpointContents
  ) -> CheckpointAudit {
    var audit = CheckpointAudit(storage, superblock, contents)
    audit.walk()
    return audit
  }

  private init(_ storage: any Storage, _ superblock: Superblock, _ contents: CheckpointContents) {
    self.storage = storage
    self.superblock = superblock
    self.contents = contents
    valueBuffer = IOBuffer(byteCount: Int(superblock.geometry.blockSize))
  }

  private mutating func walk() {
    let state = superblock.checkpoint
    guard state.treeHeight > 0 else {
      if state.treeRoot != .none { add(.violates(.treeCounts, address: state.treeRoot.address)) }
      return check(state)
    }
    guard state.treeHeight <= UInt32(Grid.heightMax), state.treeRoot.address > 0, state.treeRoot.extent == 0 else {
      return add(.violates(.treeNodeShape, address: state.treeRoot.address))
    }
    visitNode(state.treeRoot, level: Int(state.treeHeight) - 1, lower: [], upper: [])
    check(state)
  }

  private mutating func check(_ state: CheckpointState) {
    guard faultCount == 0 else { return }
    guard pairCount == state.pairCount, leafCount == state.leafCount, innerCount == state.innerCount,
      valueBlockCount == state.valueBlockCount
    else { return add(.violates(.treeCounts, address: state.treeRoot.address)) }
    // With the counts right, and no block reached twice or outside the rest, this is equality.
    let isWhole =
      reachable.count + contents.sets.released.count + UInt64(contents.sets.trailers.count)
      == contents.sets.acquired.count
    if !isWhole { add(.violates(.setsDisjoint, address: state.acquired.address)) }
  }

  private mutating func visitNode(_ reference: BlockReference, level: Int, lower: [UInt8], upper: [UInt8]) {
    while nodes.count <= level { nodes.append(IOBuffer(byteCount: Int(geometry.blockSize))) }
    let buffer = nodes[level]
    guard let header = read(reference, into: buffer) else { return }
    if let broken = TreeNode.brokenInvariant(in: buffer.bytes, header, level: level) {
      return add(.violates(broken, address: reference.address))
    }
    let node = TreeNodeView(validated: buffer.bytes)
    guard TreeNode.liesWithin(node, lower: lower.rawSpan, upper: upper.rawSpan) else {
      return add(.violates(.treeNodeBounds, address: reference.address))
    }
    guard level > 0 else { return visitLeaf(buffer) }
    innerCount += 1
    for index in 0..<node.count {
      visitNode(
        node.child(index), level: level - 1, lower: index == 0 ? lower : [UInt8](copying: node.key(index)),
        upper: index + 1 < node.count ? [UInt8](copying: node.key(index + 1)) : upper)
    }
  }

  private mutating func visitLeaf(_ buffer: IOBuffer) {
    leafCount += 1
    let node = TreeNodeView(validated: buffer.bytes)
    pairCount += UInt64(node.count)
    for index in 0..<node.count where node.form(index) == .blocks {
      for block in 0..<node.payload(index).byteCount / BlockReference.byteCount {
        visitValue(node.valueBlock(index, block))
      }
    }
  }

  private mutating func visitValue(_ reference: BlockReference) {
    guard let header = read(reference, into: valueBuffer) else { return }
    valueBlockCount += 1
    guard header.type == .treeValue else { return add(.violates(.blockType, address: reference.address)) }
    guard UInt64(header.size) == UInt64(BlockHeader.byteCount) + reference.extent else {
      return add(.violates(.treeNodeEntry, address: reference.address))
    }
  }

  /// The block's header, if it is the one referred to and may be reached: it belongs to the tree alone, and to one place in it.
  private mutating func read(_ reference: BlockReference, into buffer: IOBuffer) -> BlockHeader? {
    let address = reference.address
    let sets = contents.sets
    guard address <= geometry.gridBlocksMax, sets.acquired.contains(address), !sets.released.contains(address),
      !reachable.contains(address), !sets.trailers.contains(address)
    else {
      add(.violates(.setsDisjoint, address: address))
      return nil
    }
    reachable.insert(address)
    do throws(BlockFault) {
      let header = try reference.read(from: storage, geometry, cluster: superblock.cluster, into: buffer)
      guard header.birth > 0, header.birth <= geometry.interval(of: superblock.checkpoint.op) else {
        add(.violates(.blockBirth, address: address))
        return nil
      }
      return header
    } catch {
      add(.block(error))
      return nil
    }
  }

  private mutating func add(_ fault: Fault) {
    faultCount += 1
    if faults.count < CheckpointAudit.faultLimit { faults.append(fault) }
  }
}
