public import MKraftFormat

/// What a checkpoint's trailers hold.
public struct CheckpointContents: Sendable {
  public var sets: CheckpointSets
  /// The sessions in order of their reply slots.
  public var sessions: [SessionRecord]

  public init(sets: CheckpointSets, sessions: [SessionRecord]) {
    self.sets = sets
    self.sessions = sessions
  }
}

/// As much of a checkpoint's trailers as can be read.
public struct CheckpointParts: Sendable {
  public internal(set) var acquired: BlockSet?
  public internal(set) var released: BlockSet?
  /// The blocks of the chains, as far as they could be followed.
  public internal(set) var trailers: [UInt64] = []
  /// The sessions in order of their reply slots.
  public internal(set) var sessions: [SessionRecord]?
  /// What is wrong; the first is the one that a replica names.
  public internal(set) var faults: [CheckpointFault] = []

  /// Nothing was read.
  public init() {}
}

/// Why a checkpoint cannot be loaded: something that every start needs is not there.
public struct CheckpointFault: Error, Sendable, Equatable {
  /// The three chains of blocks that belong to the checkpoint itself, and what it says of the tree.
  public enum Chain: String, Sendable, CaseIterable {
    case acquired, released, sessions, tree
  }

  public enum Defect: Sendable, Equatable {
    case block(BlockFault)
    /// The checksums are right, but the contents are not what they must be.
    case violates(Invariant, address: UInt64)
  }

  public let chain: Chain
  public let defect: Defect

  public init(_ chain: Chain, _ defect: Defect) {
    self.chain = chain
    self.defect = defect
  }

  /// The block in question.
  public var address: UInt64 {
    switch defect {
    case .block(let fault): fault.address
    case .violates(_, let address): address
    }
  }
}

/// Reads the sets and the sessions of a checkpoint. Memory: the sets and the table, and one block.
public struct CheckpointReader {
  private let storage: any Storage
  private let superblock: Superblock
  private let buffer: IOBuffer

  public init(_ storage: any Storage, _ superblock: Superblock) {
    self.storage = storage
    self.superblock = superblock
    buffer = IOBuffer(byteCount: Int(superblock.geometry.blockSize))
  }

  public func read() throws(CheckpointFault) -> CheckpointContents {
    let parts = parts()
    if let fault = parts.faults.first { throw fault }
    guard let acquired = parts.acquired, let released = parts.released, let sessions = parts.sessions else {
      preconditionFailure("what is not there is a fault")
    }
    return CheckpointContents(
      sets: CheckpointSets(
        op: superblock.checkpoint.op, release: superblock.checkpoint.release, acquired: acquired, released: released,
        trailers: parts.trailers),
      sessions: sessions)
  }

  /// Each chain by itself, so that the loss of one does not hide what is wrong with another.
  public func parts() -> CheckpointParts {
    var parts = CheckpointParts()
    let state = superblock.checkpoint
    if !isTreePlausible(state) {
      parts.faults.append(CheckpointFault(.tree, .violates(.treeCounts, address: state.treeRoot.address)))
    }
    for chain in [CheckpointFault.Chain.sessions, .released, .acquired] {
      do throws(CheckpointFault) { try take(chain, &parts) } catch { parts.faults.append(error) }
    }
    guard parts.faults.isEmpty, let acquired = parts.acquired, let released = parts.released else { return parts }
    if !areConsistent(acquired, released, parts.trailers) {
      let first = parts.trailers.first ?? 0
      parts.faults.append(CheckpointFault(.acquired, .violates(.setsDisjoint, address: first)))
    }
    return parts
  }

  private func take(_ chain: CheckpointFault.Chain, _ parts: inout CheckpointParts) throws(CheckpointFault) {
    let bytes = try contents(of: chain, &parts.trailers)
    switch chain {
    case .acquired: parts.acquired = try set(bytes, chain)
    case .released: parts.released = try set(bytes, chain)
    case .sessions: parts.sessions = try records(bytes)
    case .tree: preconditionFailure("the tree is no chain")
    }
  }

  private func areConsistent(_ acquired: BlockSet, _ released: BlockSet, _ trailers: [UInt64]) -> Bool {
    acquired.count == superblock.checkpoint.reachableCount &+ released.count &+ UInt64(trailers.count)
      && released.isSubset(of: acquired)
      && trailers.allSatisfy { acquired.contains($0) && !released.contains($0) }
      && Set(trailers).count == trailers.count
  }

  private func reference(of chain: CheckpointFault.Chain) -> BlockReference {
    switch chain {
    case .acquired: superblock.checkpoint.acquired
    case .released: superblock.checkpoint.released
    case .sessions: superblock.checkpoint.sessions
    case .tree: superblock.checkpoint.treeRoot
    }
  }

  /// Whether root, height and counts can be those of one tree.
  private func isTreePlausible(_ state: CheckpointState) -> Bool {
    guard state.treeHeight > 0 else {
      return state.treeRoot == .none && state.pairCount == 0 && state.reachableCount == 0
    }
    return state.treeHeight <= UInt32(Grid.heightMax) && state.treeRoot.address > 0 && state.treeRoot.extent == 0
      && state.leafCount > 0 && state.pairCount >= state.leafCount && state.innerCount >= UInt64(state.treeHeight - 1)
      && areCountsBounded(state)
  }

  /// Whether so many blocks fit into the grid, and so many pairs into the leaves.
  private func areCountsBounded(_ state: CheckpointState) -> Bool {
    let geometry = superblock.geometry
    let counts = [state.leafCount, state.innerCount, state.valueBlockCount]
    guard counts.allSatisfy({ $0 <= geometry.gridBlocksMax }) else { return false }
    let space = TreeNode.space(blockSize: Int(geometry.blockSize))
    let pairsMax = UInt64(space / TreeNode.entrySpace(keySize: 1, payloadSize: 0))
    return state.pairCount <= state.leafCount * pairsMax
  }

  private func set(_ bytes: [UInt8], _ chain: CheckpointFault.Chain) throws(CheckpointFault) -> BlockSet {
    let limit = superblock.geometry.blockCount(fileSize: superblock.checkpoint.storageSize)
    guard let set = BlockSet(decoding: bytes, addressMax: limit), chain != .acquired || set.highest == limit else {
      throw CheckpointFault(chain, .violates(.blockSetShape, address: reference(of: chain).address))
    }
    return set
  }

  /// The contents of a chain; its blocks are added to `trailers`. Extents fall from block to block, so that every chain ends.
  public func contents(
    of chain: CheckpointFault.Chain, _ trailers: inout [UInt64]
  ) throws(CheckpointFault) -> [UInt8] {
    var reference = reference(of: chain)
    var contents: [UInt8] = []
    let limit = chain == .sessions ? Int(superblock.geometry.sessions) * SessionRecord.byteCount : 1 << 23
    while reference.address != 0 {
      func broken(_ invariant: Invariant) -> CheckpointFault {
        CheckpointFault(chain, .violates(invariant, address: reference.address))
      }
      guard reference.address <= superblock.geometry.gridBlocksMax, reference.extent <= UInt64(limit) else {
        throw broken(.chainShape)
      }
      let header = try readBlock(reference, chain)
      guard header.type == (chain == .sessions ? .sessionTable : .blockSet) else { throw broken(.blockType) }
      guard header.birth == superblock.geometry.interval(of: superblock.checkpoint.op) else {
        throw broken(.blockBirth)
      }
      let block = buffer
      let next = BlockReference(decoding: block.bytes, at: BlockChain.nextOffset)
      guard BlockChain.hasShape(header, reference, next: next, blockSize: block.byteCount) else {
        throw broken(.chainShape)
      }
      contents += [UInt8](copying: block.bytes.extracting(BlockChain.payloadOffset..<Int(header.size)))
      trailers.append(reference.address)
      reference = next
    }
    return contents
  }

  private func readBlock(
    _ reference: BlockReference, _ chain: CheckpointFault.Chain
  ) throws(CheckpointFault) -> BlockHeader {
    do throws(BlockFault) {
      return try reference.read(from: storage, superblock.geometry, cluster: superblock.cluster, into: buffer)
    } catch { throw CheckpointFault(chain, .block(error)) }
  }

  private func records(_ bytes: [UInt8]) throws(CheckpointFault) -> [SessionRecord] {
    let first = superblock.checkpoint.sessions.address
    let broken = CheckpointFault(.sessions, .violates(.sessionRecord, address: first))
    guard bytes.count % SessionRecord.byteCount == 0 else { throw broken }
    var records: [SessionRecord] = []
    var clients: Set<UInt128> = []
    for base in stride(from: 0, to: bytes.count, by: SessionRecord.byteCount) {
      guard let record = SessionRecord(decoding: bytes.rawSpan, at: base), isConsistent(record),
        clients.insert(record.client).inserted
      else { throw broken }
      records.append(record)
    }
    return records
  }

  private func isConsistent(_ record: SessionRecord) -> Bool {
    let sizes = UInt32(ReplyHeader.byteCount)...superblock.geometry.messageSize
    return record.client != 0 && record.session > 0 && record.session <= record.op
      && record.op <= superblock.checkpoint.op && sizes.contains(record.replySize)
  }
}

extension BlockReference {
  /// Reads the block that is referred to, and verifies it.
  public func read(
    from storage: any Storage, _ geometry: Geometry, cluster: UInt128, into buffer: IOBuffer
  ) throws(BlockFault) -> BlockHeader {
    let count: Int
    do throws(StorageError) {
      count = try storage.read(buffer.byteCount, at: geometry.blockOffset(address: address), into: buffer)
    } catch {
      throw BlockFault(address: address, expected: checksum, defect: .unreadable(error))
    }
    guard count == buffer.byteCount else {
      throw BlockFault(address: address, expected: checksum, defect: .beyondEnd)
    }
    return try verify(buffer.bytes, cluster: cluster)
  }
}
