internal import MKraftFormat
internal import MKraftStorage

/// Writes the file of a fork: the tree from its leaves up, for each node names its children by checksum; then what belongs to the
/// checkpoint, the replies, and the log from the checkpoint on. Memory: a node for each level, the header ring, one message.
struct ForkWriter {
  let fork: Fork
  let target: any Storage
  let old: Superblock
  /// The superblock in the making.
  var next: Superblock
  /// One for each level of the tree, made when it is needed.
  private var nodes: [IOBuffer] = []
  private let valueBuffer: IOBuffer
  let messageBuffer: IOBuffer
  private var seen = BlockSet()
  private var written: UInt64 = 0
  private let progress: (UInt64) -> Void

  var geometry: Geometry { old.geometry }

  init(_ fork: Fork, to target: any Storage, _ progress: @escaping (UInt64) -> Void) {
    self.fork = fork
    self.target = target
    self.progress = progress
    old = fork.superblock
    next = fork.superblock
    valueBuffer = ForkWriter.buffer(Int(old.geometry.blockSize))
    messageBuffer = ForkWriter.buffer(Int(old.geometry.messageSize))
  }

  static func buffer(_ count: Int) -> IOBuffer { IOBuffer(byteCount: count, alignment: IOBuffer.alignmentMax) }

  /// Writes all but the superblocks; returns the one to write.
  mutating func writeContents() throws(ForkError) -> Superblock {
    next.cluster = fork.cluster
    if fork.isAlone || fork.cluster != old.cluster { rename() }
    do throws(StorageError) {
      try target.resize(to: fork.byteCount)
      try DataFileFormatter.writeBlankZones(of: geometry, cluster: fork.cluster, to: target)
    } catch { throw .target(error) }
    try writeTree()
    let sessions = try writeReplies()
    try writeTrailers(sessions: sessions)
    try writeLog()
    next.seal()
    return next
  }

  /// Members of another cluster are others: their ids follow from the cluster's (rule R4).
  private mutating func rename() {
    let voters = fork.isAlone ? 1 : old.members.voterCount
    next.members = MemberList(cluster: fork.cluster, voterCount: voters)
    if fork.isAlone {
      next.quorums = .majority(of: 1)
      next.replica = 0
      next.configurationEpoch = 0
    }
    next.member = next.members[Int(next.replica)]
  }

  mutating func write(_ buffer: IOBuffer, _ count: Int, at offset: UInt64) throws(ForkError) {
    do throws(StorageError) { try target.write(count, at: offset, from: buffer) } catch { throw .target(error) }
    written += UInt64(count)
    progress(written)
  }

  // MARK: Tree

  private mutating func writeTree() throws(ForkError) {
    let state = old.checkpoint
    guard state.treeHeight > 0 else { return }
    guard state.treeHeight <= UInt32(Grid.heightMax) else {
      throw .state(.treeNodeShape, address: state.treeRoot.address)
    }
    next.checkpoint.treeRoot = try writeNode(state.treeRoot, level: Int(state.treeHeight) - 1)
  }

  /// Writes a node and all below it; returns the reference to it in the new file.
  private mutating func writeNode(_ reference: BlockReference, level: Int) throws(ForkError) -> BlockReference {
    while nodes.count <= level { nodes.append(ForkWriter.buffer(Int(geometry.blockSize))) }
    let buffer = nodes[level]
    let header = try read(reference, into: buffer)
    if let broken = TreeNode.brokenInvariant(in: buffer.bytes, header, level: level) {
      throw .state(broken, address: reference.address)
    }
    for index in 0..<TreeNodeView(validated: buffer.bytes).count {
      let node = TreeNodeView(validated: buffer.bytes)
      let start = node.payloadStart(index)
      if level > 0 {
        put(try writeNode(node.child(index), level: level - 1), at: start, in: buffer)
      } else if node.form(index) == .blocks {
        for part in 0..<node.payload(index).byteCount / BlockReference.byteCount {
          let value = BlockReference(decoding: buffer.bytes, at: start + part * BlockReference.byteCount)
          put(try writeValue(value), at: start + part * BlockReference.byteCount, in: buffer)
        }
      }
    }
    return try write(header, buffer, as: reference)
  }

  private mutating func writeValue(_ reference: BlockReference) throws(ForkError) -> BlockReference {
    guard !fork.replacedBlocks.contains(reference.address) else { return reference }
    let header = try read(reference, into: valueBuffer)
    guard header.type == .treeValue else { throw .state(.blockType, address: reference.address) }
    return try write(header, valueBuffer, as: reference)
  }

  private func put(_ reference: BlockReference, at offset: Int, in buffer: IOBuffer) {
    var bytes = buffer.mutableBytes
    reference.encode(into: &bytes, at: offset)
  }

  // MARK: Blocks

  /// Each block has one place in the state, so that whatever the file says the work ends.
  mutating func read(_ reference: BlockReference, into buffer: IOBuffer) throws(ForkError) -> BlockHeader {
    guard (1...geometry.gridBlocksMax).contains(reference.address), !seen.contains(reference.address) else {
      throw .state(.setsDisjoint, address: reference.address)
    }
    seen.insert(reference.address)
    do throws(BlockFault) {
      return try reference.read(from: fork.storage, geometry, cluster: old.cluster, into: buffer)
    } catch { throw .block(error) }
  }

  /// Seals a block for the new file and writes it to its old place.
  mutating func write(
    _ header: BlockHeader, _ buffer: IOBuffer, as reference: BlockReference
  ) throws(ForkError) -> BlockReference {
    var header = header
    header.cluster = fork.cluster
    var bytes = buffer.mutableBytes
    header.seal(into: &bytes)
    let offset = geometry.blockOffset(address: reference.address)
    guard offset + UInt64(geometry.blockSize) <= fork.byteCount else {
      throw .state(.superblockReferences, address: reference.address)
    }
    try write(buffer, buffer.byteCount, at: offset)
    return BlockReference(checksum: header.checksum, address: reference.address, extent: reference.extent)
  }
}
