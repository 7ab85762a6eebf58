/// A node of the B+tree as it stands in its block (rule R17): a leaf holds pairs, an inner node holds keys and the blocks below.
///
///     | header | level | count | end of each entry, from the first entry's start | entries, one after the other |
///       256      4       4       4 bytes each
///
/// All entries have one shape: an 8-byte head, the key, and a payload. In a leaf the payload is the value, or the references of
/// the blocks that hold it; in an inner node it is the reference of the child whose keys are at or above the entry's key, and
/// below the next one's. The first key of an inner node is empty: it stands for everything below the second.
public enum TreeNode {
  /// What an entry's payload is.
  public enum Form: UInt8, Sendable, BitwiseCopyable {
    /// The value itself.
    case inline = 0
    /// References of the blocks that hold the value.
    case blocks = 1
    /// The reference of a child.
    case child = 2
  }

  public enum Layout {
    public static let level = Field<UInt32>("level", at: 256, "0 in a leaf, else one above the children's")
    public static let count = Field<UInt32>("count", at: 260, "entries")
    /// Where the table of ends begins.
    public static let ends = 264

    public static var rows: [FieldRow] { [level.row, count.row] }
  }

  /// The head of an entry.
  public enum EntryLayout {
    public static let keySize = Field<UInt16>("key_size", at: 0, "bytes of the key, at most 1024")
    public static let form = Field<UInt8>(
      "form", at: 2, "payload: 0 value, 1 references to its blocks, 2 reference to a child")
    public static let reserved = 3..<4
    public static let valueSize = Field<UInt32>("value_size", at: 4, "bytes of the value; 32 in an inner node")
    public static let byteCount = 8

    public static var rows: [FieldRow] { [keySize.row, form.row, .reserved(reserved), valueSize.row] }
  }

  /// Bytes that an entry takes in its node: end, head, key and payload.
  public static func entrySpace(keySize: Int, payloadSize: Int) -> Int {
    4 + EntryLayout.byteCount + keySize + payloadSize
  }

  /// Bytes for entries in a node.
  public static func space(blockSize: Int) -> Int { blockSize - Layout.ends }

  /// The most that one entry may take: a quarter of a node, so that halves of a split node always have room for another.
  public static func entrySpaceMax(blockSize: Int) -> Int { space(blockSize: blockSize) / 4 }

  /// Whether a value stands in its leaf, or in blocks of its own.
  public static func isInline(keySize: Int, valueSize: Int, blockSize: Int) -> Bool {
    entrySpace(keySize: keySize, payloadSize: valueSize) <= entrySpaceMax(blockSize: blockSize)
  }

  /// Blocks that hold a value which is not in its leaf.
  public static func valueBlockCount(valueSize: Int, blockSize: Int) -> Int {
    let payload = blockSize - BlockHeader.byteCount
    return (valueSize + payload - 1) / payload
  }

  /// Most blocks of one value, in any request of this geometry.
  public static func valueBlocksMax(_ geometry: Geometry) -> Int {
    valueBlockCount(valueSize: Int(geometry.messageSize), blockSize: Int(geometry.blockSize))
  }
}
