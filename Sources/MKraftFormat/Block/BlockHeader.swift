/// The 256-byte header that every grid block begins with (rule R16), so that blocks can be verified one after another
/// without following references.
public struct BlockHeader: Sendable, BitwiseCopyable {
  public static let byteCount = 256

  /// What a block holds.
  public enum BlockType: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case treeLeaf = 1
    case treeInner = 2
    case blockSet = 3
    case sessionTable = 4
    /// Bytes of a value that is too large for a leaf.
    case treeValue = 5
  }

  /// XXH3-128 of bytes 16 to size - 1 of the block, seeded as block. The referrer stores it too.
  public var checksum: UInt128 = 0
  public var cluster: UInt128 = 0
  /// Number of the block in the grid, from 1.
  public var address: UInt64 = 0
  /// Number of the checkpoint interval in which the block was first written.
  public var birth: UInt64 = 0
  /// Header and contents, bytes.
  public var size: UInt32 = UInt32(BlockHeader.byteCount)
  public var release: UInt32 = 0
  public var type: BlockType = .treeLeaf

  public init() {}
}

extension BlockHeader {
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 16 to size - 1 of the block, as block")
    public static let cluster = Field<UInt128>("cluster", at: 16, "cluster id")
    public static let nonce = Field<UInt128>("nonce", at: 32, "for encryption; zero in this version")
    public static let tag = Field<UInt128>("tag", at: 48, "for encryption; zero in this version")
    public static let address = Field<UInt64>("address", at: 64, "number of the block in the grid, from 1")
    public static let birth = Field<UInt64>("birth", at: 72, "checkpoint interval it was first written in")
    public static let size = Field<UInt32>("size", at: 80, "bytes of header and contents")
    public static let release = Field<UInt32>("release", at: 84, "release that wrote the block")
    public static let kind = Field<UInt8>("kind", at: 88, "9: block")
    public static let type = Field<UInt8>(
      "type", at: 89, "1 tree leaf, 2 tree inner, 3 block set, 4 session table, 5 tree value")
    public static let reserved = 90..<256

    public static var rows: [FieldRow] {
      [
        checksum.row, cluster.row, nonce.row, tag.row, address.row, birth.row, size.row, release.row, kind.row,
        type.row,
        .reserved(reserved),
      ]
    }
  }

  /// Decodes and verifies a whole block: `bytes` is its place in the grid, block_size bytes.
  public init(decoding bytes: RawSpan) throws(HeaderDefect) {
    precondition(bytes.byteCount >= BlockHeader.byteCount, "a block's header is all there")
    let kind = bytes.load(Layout.kind)
    guard kind == StructureKind.block.rawValue else { throw bytes.isZero ? .allZero : .kindUnknown(kind) }
    size = bytes.load(Layout.size)
    // The size says what the checksum covers. One out of range covers the whole place, so that damage to the size is
    // reported as damage, and only a checksum that is right all the same as a contradiction.
    let sizeFits = (BlockHeader.byteCount...bytes.byteCount).contains(Int(size))
    checksum = bytes.load(Layout.checksum)
    let computed = Checksum.of(bytes.extracting(16..<(sizeFits ? Int(size) : bytes.byteCount)), as: .block)
    guard checksum == computed else { throw .checksumMismatch(stored: checksum, computed: computed) }
    guard sizeFits else { throw .violates(.blockSize) }
    cluster = bytes.load(Layout.cluster)
    address = bytes.load(Layout.address)
    birth = bytes.load(Layout.birth)
    release = bytes.load(Layout.release)
    guard let type = BlockType(rawValue: bytes.load(Layout.type)) else { throw .violates(.blockType) }
    self.type = type
    guard bytes.isZero(Layout.reserved), bytes.load(Layout.nonce) == 0, bytes.load(Layout.tag) == 0 else {
      throw .violates(.blockReservedZero)
    }
  }

  /// Writes the header in front of contents that already stand in `block`, and seals both.
  /// - Parameter block: at least `size` bytes.
  @_lifetime(block: copy block)
  public mutating func seal(into block: inout MutableRawSpan) {
    precondition((BlockHeader.byteCount...block.byteCount).contains(Int(size)), "the contents lie inside the block")
    block.zero(0..<BlockHeader.byteCount)
    block.store(cluster, Layout.cluster)
    block.store(address, Layout.address)
    block.store(birth, Layout.birth)
    block.store(size, Layout.size)
    block.store(release, Layout.release)
    block.store(StructureKind.block.rawValue, Layout.kind)
    block.store(type.rawValue, Layout.type)
    checksum = Checksum.of(block.bytes.extracting(16..<Int(size)), as: .block)
    block.store(checksum, Layout.checksum)
  }
}
