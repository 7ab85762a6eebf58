public import MKraftFormat
internal import MKraftStorage

/// What a block of the grid is there for, and what stands in it.
public struct BlockExplanation: Sendable {
  /// What the checkpoint's sets say that it is there for.
  public enum Use: String, Sendable, CaseIterable {
    case free, released, checkpoint, tree, unknown
  }

  /// What refers to it.
  public struct Referrer: Sendable {
    /// The block that holds the reference; nil: the superblock.
    public let block: UInt64?
    public let expected: UInt128
    /// Of a node: the keys in it and below it lie at or above the first, and below the second unless that is empty.
    public let keys: (lower: [UInt8], upper: [UInt8])?
    /// Of a value: the key that it belongs to.
    public let key: [UInt8]?
  }

  public let address: UInt64
  public let use: Use
  /// The last block that the checkpoint knows of.
  public let blockCount: UInt64
  /// Number of the checkpoint.
  public let checkpoint: UInt64
  /// What stands there, if it is right by itself.
  public let header: BlockHeader?
  /// What is wrong with it by itself.
  public let defect: String?
  /// Nil if nothing that can be read refers to it, as for all but blocks of the tree.
  public let referrer: Referrer?

  static func read(_ storage: any Storage, _ superblock: Superblock, _ address: UInt64) -> BlockExplanation {
    let ground = GridGround(superblock, CheckpointReader(storage, superblock).parts())
    let (header, defect) = contents(storage, superblock, address)
    // Where one of the checkpoint's own chains cannot be read, the sets do not tell what belongs to it.
    let isChainBroken = ground.parts.faults.contains { $0.address == address && $0.chain != .tree }
    let use = isChainBroken ? .checkpoint : use(ground, address)
    let mayBeReferred = (use == .tree || use == .unknown) && address <= ground.blockCount
    let found = mayBeReferred ? BlockSearch(storage, ground).find(address) : nil
    return BlockExplanation(
      address: address, use: use, blockCount: ground.blockCount, checkpoint: ground.interval, header: header,
      defect: defect, referrer: found.map(Referrer.init))
  }

  private static func use(_ ground: GridGround, _ address: UInt64) -> Use {
    switch ground.use(of: address) {
    case .free: .free
    case .released: .released
    case .trailer: .checkpoint
    case .tree: .tree
    case .unknown: .unknown
    }
  }

  private static func contents(
    _ storage: any Storage, _ superblock: Superblock, _ address: UInt64
  ) -> (BlockHeader?, String?) {
    let buffer = IOBuffer(byteCount: Int(superblock.geometry.blockSize))
    do throws(BlockFault) {
      let count: Int
      do throws(StorageError) {
        count = try storage.read(buffer.byteCount, at: superblock.geometry.blockOffset(address: address), into: buffer)
      } catch { throw BlockFault(address: address, expected: 0, defect: .unreadable(error)) }
      guard count == buffer.byteCount else { throw BlockFault(address: address, expected: 0, defect: .beyondEnd) }
      let header: BlockHeader
      do throws(HeaderDefect) { header = try BlockHeader(decoding: buffer.bytes) } catch {
        throw BlockFault(address: address, expected: 0, defect: .header(error))
      }
      return (header, nil)
    } catch { return (nil, error.words) }
  }

  /// The reasons, one after the other, each a sentence without its stop.
  public var reasons: [String] { [useWords, standing, referrerWords].compactMap { $0 } }

  private var useWords: String {
    switch use {
    case .free where address > blockCount: "checkpoint \(checkpoint) ends at block \(blockCount): the block is free"
    case .free: "checkpoint \(checkpoint) does not use the block: it may hold anything"
    case .released:
      "checkpoint \(checkpoint) has dropped the block: nothing refers to it, and it becomes free when an op beyond the headroom "
        + "is executed"
    case .checkpoint: "the block belongs to checkpoint \(checkpoint)'s own sets or its table of sessions"
    case .tree: "the block holds keys or values of the state at checkpoint \(checkpoint)"
    case .unknown:
      "the set of blocks in use cannot be read: whether checkpoint \(checkpoint) uses the block is not known"
    }
  }

  private var standing: String {
    guard let header else { return "what stands there is no right block: \(defect ?? "")" }
    let place = header.address == address ? "" : ", which belongs at block \(header.address)"
    return "a whole block of type \(header.type.name) stands there, first written in interval \(header.birth)\(place)"
  }

  private var referrerWords: String? {
    guard let referrer else {
      return use == .tree ? "nothing that can be read refers to it" : nil
    }
    let whose = referrer.block.map { "block \($0)" } ?? "the superblock"
    let comparison =
      header?.checksum == referrer.expected ? "that is what stands there" : "that is not what stands there"
    return "\(whose) refers to it, with checksum \(referrer.expected.hex); \(comparison)"
  }
}

extension BlockExplanation.Referrer {
  fileprivate init(_ found: BlockSearch.Found) {
    block = found.referrer
    expected = found.reference.checksum
    keys = found.key == nil ? (found.lower, found.upper) : nil
    key = found.key
  }
}

extension BlockHeader {
  /// The type's name in words.
  public var typeName: String { type.name }
}
