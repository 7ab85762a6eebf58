internal import MKraftFormat
internal import MKraftStorage

/// What every block of the grid is there for: by the sets and the tree of the checkpoint, as far as they can be read, else by
/// what stands in the block itself.
struct GridDrawing {
  private let storage: any Storage
  private let ground: GridGround
  private var leaves = BlockSet()
  private let inner: BlockSet
  /// Whether all that the tree reaches above its values is known.
  private let isTreeKnown: Bool
  /// Blocks that the checkpoint knows of or the file has room for, whichever is more.
  let blockCount: UInt64
  private let fileBlocks: UInt64
  private let buffer: IOBuffer

  init(_ storage: any Storage, _ layout: Superblock, isAssumed: Bool, byteCount: UInt64) {
    self.storage = storage
    let parts = isAssumed ? CheckpointParts() : CheckpointReader(storage, layout).parts()
    ground = GridGround(layout, parts)
    fileBlocks = layout.geometry.blockCount(fileSize: byteCount)
    blockCount = max(ground.blockCount, fileBlocks)
    buffer = IOBuffer(byteCount: Int(layout.geometry.ioUnit))
    var leaves = BlockSet()
    var walk = TreeWalk(storage, ground)
    walk.run { reference, _, _, _ in
      if !leaves.contains(reference.address) { leaves.insert(reference.address) }
    }
    self.leaves = leaves
    inner = walk.met
    isTreeKnown = !isAssumed && walk.faultCount == 0
  }

  func forEachBlock(_ visit: (_ address: UInt64, _ state: MapState) -> Void) {
    guard blockCount > 0 else { return }
    for address in 1...blockCount { visit(address, state(of: address)) }
  }

  private func state(of address: UInt64) -> MapState {
    guard address <= fileBlocks else { return .missing }
    guard address <= ground.blockCount else { return .growth }
    switch ground.use(of: address) {
    case .free: return .free
    case .released: return .released
    case .trailer: return read(address)
    case .tree:
      if leaves.contains(address) { return .leaf }
      if inner.contains(address) { return .inner }
      return isTreeKnown ? .value : read(address)
    case .unknown:
      if leaves.contains(address) { return .leaf }
      return inner.contains(address) ? .inner : read(address)
    }
  }

  /// What the block's header says that it is, verified or not; nothing else is known of it.
  private func read(_ address: UInt64) -> MapState {
    let offset = ground.geometry.blockOffset(address: address)
    do throws(StorageError) {
      guard try storage.read(buffer.byteCount, at: offset, into: buffer) == buffer.byteCount else { return .missing }
    } catch { return .unreadable }
    let bytes = buffer.bytes
    guard bytes.load(BlockHeader.Layout.kind) == StructureKind.block.rawValue,
      bytes.load(BlockHeader.Layout.cluster) == ground.superblock.cluster,
      bytes.load(BlockHeader.Layout.address) == address,
      let type = BlockHeader.BlockType(rawValue: bytes.load(BlockHeader.Layout.type))
    else { return .unknown }
    switch type {
    case .treeLeaf: return .leaf
    case .treeInner: return .inner
    case .treeValue: return .value
    case .blockSet: return .set
    case .sessionTable: return .sessions
    }
  }
}
