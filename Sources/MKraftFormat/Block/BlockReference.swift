/// How a structure refers to a grid block: where it is and what its bytes must be (rule R16).
public struct BlockReference: Sendable, Equatable, BitwiseCopyable {
  public static let byteCount = 32

  /// Checksum of the block, stored by the referrer so that a stale or misdirected block is not taken for the right one.
  public var checksum: UInt128
  /// Number of the block in the grid, from 1; 0 refers to nothing.
  public var address: UInt64
  /// Bytes that the block contributes: of a chain (see `BlockChain`), from this block to its end; of a tree value, in this block;
  /// 0 for a node of the tree.
  public var extent: UInt64

  public init(checksum: UInt128 = 0, address: UInt64 = 0, extent: UInt64 = 0) {
    self.checksum = checksum
    self.address = address
    self.extent = extent
  }

  /// A reference to nothing.
  public static let none = BlockReference()

  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "checksum of the block referred to")
    public static let address = Field<UInt64>("address", at: 16, "number of the block, from 1; 0: none")
    public static let extent = Field<UInt64>(
      "extent", at: 24, "bytes of the chain from this block on, or of a value in it; of a node 0")
    public static var rows: [FieldRow] { [checksum.row, address.row, extent.row] }
  }

  public init(decoding bytes: RawSpan, at base: Int) {
    checksum = bytes.load(Layout.checksum, base: base)
    address = bytes.load(Layout.address, base: base)
    extent = bytes.load(Layout.extent, base: base)
  }

  @_lifetime(bytes: copy bytes)
  public func encode(into bytes: inout MutableRawSpan, at base: Int) {
    bytes.store(checksum, Layout.checksum, base: base)
    bytes.store(address, Layout.address, base: base)
    bytes.store(extent, Layout.extent, base: base)
  }
}
