import MKraftFormat
import MKraftReplica
import MKraftStorage

/// What the tests hit with a fault: a zone of the file, and in the grid what the block holds.
enum CrashZone: String, CaseIterable {
  case superblock0, superblock1, superblock2, superblock3
  case walHeaders = "wal-headers"
  case walPrepares = "wal-prepares"
  case replies
  case leaf = "grid: leaf"
  case inner = "grid: inner node"
  case value = "grid: value"
  case acquiredSet = "grid: acquired set"
  case releasedSet = "grid: released set"
  case sessionTable = "grid: session table"
  case releasedBlock = "grid: released block"
  case freeBlock = "grid: block not in the checkpoint"
  case gap
}

/// Where everything stands in a file that is sound but for a power cut.
struct CrashMap {
  let geometry: Geometry
  private let state: CheckpointState
  private let contents: CheckpointContents
  private let reachable: BlockSet
  private let storage: MemoryStorage

  init(_ opening: Opening, _ audit: CheckpointAudit, _ storage: MemoryStorage) {
    geometry = opening.geometry
    state = opening.superblock.checkpoint
    contents = opening.checkpoint
    reachable = audit.reachable
    self.storage = storage
  }

  /// The places of a zone, each of what one fault may hit.
  func places(_ zone: CrashZone) -> [Range<UInt64>] {
    switch zone {
    case .superblock0: [place(.superblock0)]
    case .superblock1: [place(.superblock1)]
    case .superblock2: [place(.superblock2)]
    case .superblock3: [place(.superblock3)]
    case .walHeaders: units(.walHeaders, of: UInt64(geometry.ioUnit))
    case .walPrepares: units(.walPrepares, of: UInt64(geometry.messageSize))
    case .replies: units(.replies, of: UInt64(geometry.messageSize))
    case .leaf: nodes(.treeLeaf)
    case .inner: nodes(.treeInner)
    case .value: nodes(.treeValue)
    case .acquiredSet: blocks([state.acquired.address])
    case .releasedSet: blocks([state.released.address])
    case .sessionTable: blocks([state.sessions.address])
    case .releasedBlock: blocks(addresses.filter { contents.sets.released.contains($0) })
    case .freeBlock: blocks(addresses.filter { !contents.sets.acquired.contains($0) })
    case .gap: gaps
    }
  }

  /// The places that hold the same kind of thing as those of a zone.
  func places(like zone: CrashZone) -> [Range<UInt64>] {
    switch zone {
    case .superblock0, .superblock1, .superblock2, .superblock3: geometry.superblockRanges
    case .acquiredSet, .releasedSet, .sessionTable: blocks(contents.sets.trailers)
    default: places(zone)
    }
  }

  private func place(_ zone: Zone) -> Range<UInt64> {
    geometry.offset(of: zone)..<geometry.offset(of: zone) + geometry.byteCount(of: zone)
  }

  private func units(_ zone: Zone, of size: UInt64) -> [Range<UInt64>] {
    let place = place(zone)
    return stride(from: place.lowerBound, to: place.upperBound, by: UInt64.Stride(size)).map { $0..<$0 + size }
  }

  private var addresses: [UInt64] {
    let count = geometry.blockCount(fileSize: storage.byteCount)
    return count == 0 ? [] : Array(1...count)
  }

  private func blocks(_ addresses: [UInt64]) -> [Range<UInt64>] {
    addresses.filter { $0 > 0 }.map { geometry.blockRange($0) }
  }

  private func nodes(_ type: BlockHeader.BlockType) -> [Range<UInt64>] {
    let buffer = IOBuffer(byteCount: BlockHeader.byteCount)
    return blocks(
      addresses.filter { address in
        guard reachable.contains(address) else { return false }
        let count = try? storage.read(buffer.byteCount, at: geometry.blockOffset(address: address), into: buffer)
        return count != nil && buffer.bytes.load(BlockHeader.Layout.type) == type.rawValue
      })
  }

  /// Between the end of what a zone holds and the next zone.
  private var gaps: [Range<UInt64>] {
    zip(Zone.allCases, Zone.allCases.dropFirst()).map { zone, next in
      place(zone).upperBound..<geometry.offset(of: next)
    }.filter { !$0.isEmpty }
  }
}

extension Geometry {
  func blockRange(_ address: UInt64) -> Range<UInt64> {
    let offset = blockOffset(address: address)
    return offset..<offset + UInt64(blockSize)
  }

  /// Where a slot stands in both rings.
  func slotRanges(_ slot: Int) -> [Range<UInt64>] {
    let (header, prepare) = (headerOffset(slot: slot), prepareOffset(slot: slot))
    return [header..<header + UInt64(PrepareHeader.byteCount), prepare..<prepare + UInt64(messageSize)]
  }

  func replyRange(_ slot: Int) -> Range<UInt64> {
    let offset = replyOffset(slot: slot)
    return offset..<offset + UInt64(messageSize)
  }

  var superblockRanges: [Range<UInt64>] {
    (0..<Superblock.copyCount).map { copy in
      let offset = self.offset(of: .superblock(copy))
      return offset..<offset + UInt64(Superblock.byteCount)
    }
  }
}
