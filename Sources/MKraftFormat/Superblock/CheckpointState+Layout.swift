extension CheckpointState {
  public static let byteCount = 512

  /// Where the fields lie, from the start of the superblock's checkpoint section.
  public enum Layout {
    public static let id = Field<UInt128>("checkpoint_id", at: 0, "of bytes 32 to 511 of this section, as checkpoint")
    public static let storageSize = Field<UInt64>("storage_size", at: 16, "bytes of the file that the state needs")
    public static let reservedHigh = 24..<32
    /// What the id is the checksum of.
    public static let covered = 32..<512
    public static let parentID = Field<UInt128>("checkpoint_parent_id", at: 32, "id of the checkpoint before, or 0")
    public static let release = Field<UInt32>("checkpoint_release", at: 48, "release that wrote the checkpoint")
    public static let treeHeight = Field<UInt32>("tree_height", at: 52, "levels of the tree; 0: empty")
    public static let pairCount = Field<UInt64>("pair_count", at: 56, "pairs in the tree")
    public static let treeRoot = 64
    public static let acquired = 96
    public static let released = 128
    public static let sessions = 160
    public static let leafCount = Field<UInt64>("leaf_count", at: 192, "leaves of the tree")
    public static let innerCount = Field<UInt64>("inner_count", at: 200, "inner nodes of the tree")
    public static let valueBlockCount = Field<UInt64>("value_block_count", at: 208, "blocks with values of the tree")
    public static let reserved = 216..<256
    public static let header = 256

    public static var rows: [FieldRow] {
      [
        id.row, storageSize.row, .reserved(reservedHigh), parentID.row, release.row, treeHeight.row, pairCount.row,
        reference("tree_root", treeRoot, "root block of the tree"),
        reference("acquired", acquired, "set of blocks in use"),
        reference("released", released, "set of blocks to become free"),
        reference("sessions", sessions, "table of client sessions"),
        leafCount.row, innerCount.row, valueBlockCount.row, .reserved(reserved),
        FieldRow(
          name: "checkpoint_header", offset: header, size: PrepareHeader.byteCount,
          meaning: "prepare header of the checkpoint's op"),
      ]
    }

    private static func reference(_ name: String, _ offset: Int, _ meaning: String) -> FieldRow {
      FieldRow(name: name, offset: offset, size: BlockReference.byteCount, meaning: "block reference: \(meaning)")
    }
  }

  @_lifetime(bytes: copy bytes)
  func encode(into bytes: inout MutableRawSpan, at base: Int) {
    bytes.store(id, Layout.id, base: base)
    bytes.store(storageSize, Layout.storageSize, base: base)
    bytes.store(parentID, Layout.parentID, base: base)
    bytes.store(release, Layout.release, base: base)
    bytes.store(treeHeight, Layout.treeHeight, base: base)
    bytes.store(pairCount, Layout.pairCount, base: base)
    bytes.store(leafCount, Layout.leafCount, base: base)
    bytes.store(innerCount, Layout.innerCount, base: base)
    bytes.store(valueBlockCount, Layout.valueBlockCount, base: base)
    treeRoot.encode(into: &bytes, at: base + Layout.treeRoot)
    acquired.encode(into: &bytes, at: base + Layout.acquired)
    released.encode(into: &bytes, at: base + Layout.released)
    sessions.encode(into: &bytes, at: base + Layout.sessions)
    header.encode(into: &bytes, at: base + Layout.header)
  }

  /// The fields as they stand; the header is taken unverified, `Superblock` judges it.
  init(unverified bytes: RawSpan, at base: Int) {
    id = bytes.load(Layout.id, base: base)
    storageSize = bytes.load(Layout.storageSize, base: base)
    parentID = bytes.load(Layout.parentID, base: base)
    release = bytes.load(Layout.release, base: base)
    treeHeight = bytes.load(Layout.treeHeight, base: base)
    pairCount = bytes.load(Layout.pairCount, base: base)
    leafCount = bytes.load(Layout.leafCount, base: base)
    innerCount = bytes.load(Layout.innerCount, base: base)
    valueBlockCount = bytes.load(Layout.valueBlockCount, base: base)
    treeRoot = BlockReference(decoding: bytes, at: base + Layout.treeRoot)
    acquired = BlockReference(decoding: bytes, at: base + Layout.acquired)
    released = BlockReference(decoding: bytes, at: base + Layout.released)
    sessions = BlockReference(decoding: bytes, at: base + Layout.sessions)
    header = PrepareHeader(unverified: bytes.extracting(base + Layout.header..<base + CheckpointState.byteCount))
  }
}
