/// Bytes that may need more than one block: a set of blocks, or the table of sessions. Each block names the next one, so the
/// last is written first.
///
///     superblock --> | header | next | payload ... | --> | header | next = none | payload |
///                      256      32     to the block's end, but in the last block
public enum BlockChain {
  /// Where the reference to the next block stands.
  public static let nextOffset = BlockHeader.byteCount
  public static let payloadOffset = BlockHeader.byteCount + BlockReference.byteCount

  public static var rows: [FieldRow] {
    [
      FieldRow(
        name: "next", offset: nextOffset, size: BlockReference.byteCount,
        meaning: "block reference: the rest of the chain, or none")
    ]
  }

  /// Bytes of a chain's contents in one block.
  public static func payload(blockSize: Int) -> Int { blockSize - payloadOffset }

  /// Blocks that `byteCount` bytes need.
  public static func blockCount(byteCount: Int, blockSize: Int) -> Int {
    (byteCount + payload(blockSize: blockSize) - 1) / payload(blockSize: blockSize)
  }

  /// Whether a block whose header is `header` can be the one that `reference` names, the last one if `next` is none.
  public static func hasShape(
    _ header: BlockHeader, _ reference: BlockReference, next: BlockReference, blockSize: Int
  ) -> Bool {
    guard Int(header.size) > payloadOffset else { return false }
    let payload = UInt64(header.size) - UInt64(payloadOffset)
    guard next.address != 0 else { return next == .none && reference.extent == payload }
    return Int(header.size) == blockSize && next.extent > 0 && reference.extent > payload
      && reference.extent - payload == next.extent
  }
}
