internal import MKraftFormat
internal import MKraftStorage

/// What is known of the grid before its blocks are read: what the superblock and the checkpoint's trailers say.
struct GridGround: Sendable {
  /// What a block is there for, as far as the sets tell.
  enum Use: Sendable, Equatable {
    /// Nothing refers to it, or the state before the next checkpoint: it may hold anything.
    case free
    /// Dropped before the checkpoint, and not free yet.
    case released
    /// Of the sets or the table of sessions themselves.
    case trailer
    /// Of the tree.
    case tree
    /// The set of blocks in use cannot be read.
    case unknown
  }

  let superblock: Superblock
  let parts: CheckpointParts
  private let trailers: BlockSet
  /// Blocks that the checkpoint knows of: addresses 1 to this.
  let blockCount: UInt64

  init(_ superblock: Superblock, _ parts: CheckpointParts) {
    self.superblock = superblock
    self.parts = parts
    var trailers = BlockSet()
    for address in parts.trailers where !trailers.contains(address) { trailers.insert(address) }
    self.trailers = trailers
    blockCount = superblock.geometry.blockCount(fileSize: superblock.checkpoint.storageSize)
  }

  var geometry: Geometry { superblock.geometry }

  /// Number of the interval that the checkpoint ended, and so of the checkpoint.
  var interval: UInt64 { geometry.interval(of: superblock.checkpoint.op) }

  func use(of address: UInt64) -> Use {
    if trailers.contains(address) { return .trailer }
    guard let acquired = parts.acquired else { return .unknown }
    guard acquired.contains(address) else { return .free }
    return parts.released?.contains(address) == true ? .released : .tree
  }

  /// Whether the tree may refer to the block: it belongs to the tree alone (rule R18).
  func mayBelongToTree(_ address: UInt64) -> Bool {
    guard hasBlock(address) else { return false }
    switch use(of: address) {
    case .tree, .unknown: return parts.released?.contains(address) != true
    case .free, .released, .trailer: return false
    }
  }

  /// Whether the block may be one that the checkpoint refers to: it was not born after it.
  func hasPlausibleBirth(_ header: BlockHeader) -> Bool { header.birth > 0 && header.birth <= interval }

  /// Whether the checkpoint knows of a block of this number: a reference may name any.
  func hasBlock(_ address: UInt64) -> Bool { address > 0 && address <= blockCount }

  /// - Parameter address: 1 to the geometry's `gridBlocksMax`.
  func range(of address: UInt64) -> Range<UInt64> {
    let start = geometry.blockOffset(address: address)
    return start..<start + UInt64(geometry.blockSize)
  }
}
