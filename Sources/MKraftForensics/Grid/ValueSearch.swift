internal import MKraftFormat
internal import MKraftStorage

/// Finds the values that are not what their leaves say, when sums have shown that there are some: reads the leaves again, and of
/// values those that are in doubt.
struct ValueSearch {
  private let storage: any Storage
  private let ground: GridGround
  private let leaf: IOBuffer
  private let value: IOBuffer

  private init(_ storage: any Storage, _ ground: GridGround) {
    self.storage = storage
    self.ground = ground
    leaf = IOBuffer(byteCount: Int(ground.geometry.blockSize))
    value = IOBuffer(byteCount: Int(ground.geometry.blockSize))
  }

  /// Adds the faults to `intake`.
  static func run(_ storage: any Storage, _ ground: GridGround, _ intake: inout GridIntake) {
    let search = ValueSearch(storage, ground)
    var walk = TreeWalk(storage, ground)
    var faults: [GridFault] = []
    walk.run { reference, _, lower, upper in
      guard faults.count < GridIntake.listMax else { return }
      search.look(into: reference, lower, upper) { value in
        guard intake.isDoubtful(value.address), ground.mayBelongToTree(value.address) else { return }
        if let fault = search.fault(of: value) {
          faults.append(GridFault(fault: fault, referrer: reference.address))
        }
      }
    }
    for fault in faults { intake.add(fault) }
  }

  private func look(
    into reference: BlockReference, _ lower: RawSpan, _ upper: RawSpan, _ visit: (BlockReference) -> Void
  ) {
    guard
      let header = try? reference.read(
        from: storage, ground.geometry, cluster: ground.superblock.cluster, into: leaf),
      ground.brokenInvariant(in: leaf.bytes, header, level: 0, lower, upper) == nil
    else { return }
    let leaf = leaf
    let node = TreeNodeView(validated: leaf.bytes)
    for index in 0..<node.count where node.form(index) == .blocks {
      for block in 0..<node.payload(index).byteCount / BlockReference.byteCount { visit(node.valueBlock(index, block)) }
    }
  }

  private func fault(of reference: BlockReference) -> CheckpointAudit.Fault? {
    do throws(BlockFault) {
      let header = try reference.read(from: storage, ground.geometry, cluster: ground.superblock.cluster, into: value)
      guard ground.hasPlausibleBirth(header) else { return .violates(.blockBirth, address: reference.address) }
      guard header.type == .treeValue else { return .violates(.blockType, address: reference.address) }
      guard UInt64(header.size) == UInt64(BlockHeader.byteCount) + reference.extent else {
        return .violates(.treeNodeEntry, address: reference.address)
      }
      return nil
    } catch { return .block(error) }
  }
}
