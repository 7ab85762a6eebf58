internal import MKraftFormat
internal import MKraftStorage

/// Finds the values that are not what their leaves say, when sums have shown that there are some: reads the leaves again, and of
/// values those that are in doubt.
struct ValueSearch {
  private let storage: any Storage
  private let ground: GridGround
  private let leaf: IOBuffer
  private let value: IOBuffer

  init(_ storage: any Storage, _ ground: GridGround) {
    self.storage = storage
    self.ground = ground
    leaf = IOBuffer(byteCount: Int(ground.geometry.blockSize))
    value = IOBuffer(byteCount: Int(ground.geometry.blockSize))
  }

  /// Adds the faults to `intake`. False if it ended before it had gone through all leaves.
  static func run(
    _ storage: any Storage, _ ground: GridGround, _ intake: inout GridIntake, _ budget: ScanBudget
  ) -> Bool {
    let search = ValueSearch(storage, ground)
    var faults: [GridFault] = []
    var isWhole = true
    search.forEachValue { value, leaf in
      isWhole = isWhole && !budget.isInterrupted
      guard isWhole, faults.count < GridIntake.listMax, intake.isDoubtful(value.address),
        ground.mayBelongToTree(value.address)
      else { return }
      if let fault = search.fault(of: value) { faults.append(GridFault(fault: fault, referrer: leaf)) }
    }
    for fault in faults { intake.add(fault) }
    return isWhole
  }

  /// Calls `visit` with each reference to a block of a value, and the leaf that holds it.
  func forEachValue(_ visit: (_ value: BlockReference, _ leaf: UInt64) -> Void) {
    var walk = TreeWalk(storage, ground)
    walk.run { reference, _, lower, upper in look(into: reference, lower, upper) { visit($0, reference.address) } }
  }

  private func look(
    into reference: BlockReference, _ lower: RawSpan, _ upper: RawSpan, _ visit: (BlockReference) -> Void
  ) {
    guard ground.fault(ofLeaf: reference, lower, upper, storage, leaf) == nil else { return }
    let leaf = leaf
    let node = TreeNodeView(validated: leaf.bytes)
    for index in 0..<node.count where node.form(index) == .blocks {
      for block in 0..<node.payload(index).byteCount / BlockReference.byteCount { visit(node.valueBlock(index, block)) }
    }
  }

  func fault(of reference: BlockReference) -> CheckpointAudit.Fault? {
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

extension GridGround {
  /// What is wrong with a leaf, read into `buffer`; nil if it is what its reference and its place say.
  func fault(
    ofLeaf reference: BlockReference, _ lower: RawSpan, _ upper: RawSpan, _ storage: any Storage, _ buffer: IOBuffer
  ) -> CheckpointAudit.Fault? {
    do throws(BlockFault) {
      let header = try reference.read(from: storage, geometry, cluster: superblock.cluster, into: buffer)
      let broken = brokenInvariant(in: buffer.bytes, header, level: 0, lower, upper)
      return broken.map { .violates($0, address: reference.address) }
    } catch { return .block(error) }
  }
}
