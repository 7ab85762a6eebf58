import MKraftFormat
import Testing

/// Chains of blocks: what a block, the reference to it and the one to the next must agree in.
@Suite struct BlockChainTests {
  /// Of 16384 bytes a full block of a chain has 16384 - 288 = 16096 for contents.
  private func has(
    size: UInt32, extent: UInt64, next: BlockReference = .none, blockSize: Int = 16384
  ) -> Bool {
    var header = BlockHeader()
    header.size = size
    return BlockChain.hasShape(
      header, BlockReference(checksum: 1, address: 1, extent: extent), next: next, blockSize: blockSize)
  }

  @Test func lastBlocks() {
    #expect(has(size: 289, extent: 1) && has(size: 16384, extent: 16096) && has(size: 288 + 800, extent: 800))
    #expect(!has(size: 288, extent: 0))  // nothing in it
    #expect(!has(size: 256, extent: 0) && !has(size: 0, extent: 0) && !has(size: 287, extent: .max))
    #expect(!has(size: 300, extent: 11) && !has(size: 300, extent: 13) && !has(size: 300, extent: 0))
    #expect(!has(size: 16384, extent: 16097) && !has(size: 16384, extent: .max))
    // Nothing follows: the reference to it is all zero.
    #expect(!has(size: 300, extent: 12, next: BlockReference(checksum: 1, address: 0, extent: 0)))
    #expect(!has(size: 300, extent: 12, next: BlockReference(checksum: 0, address: 0, extent: 1)))
  }

  @Test func blocksBeforeTheLast() {
    func next(_ extent: UInt64) -> BlockReference { BlockReference(checksum: 2, address: 2, extent: extent) }
    #expect(has(size: 16384, extent: 16096 + 1, next: next(1)))
    #expect(has(size: 16384, extent: 3 * 16096, next: next(2 * 16096)))
    #expect(!has(size: 16383, extent: 16095 + 1, next: next(1)))  // not full
    #expect(!has(size: 16384, extent: 16096, next: next(0)))  // nothing follows, yet it is named
    #expect(!has(size: 16384, extent: 16096 + 1, next: next(2)) && !has(size: 16384, extent: 16096 + 2, next: next(1)))
    // No sum or difference of these overflows.
    #expect(!has(size: 16384, extent: 0, next: next(.max - 16095)))
    #expect(!has(size: 16384, extent: .max, next: next(.max)) && !has(size: 16384, extent: 16095, next: next(.max)))
    #expect(has(size: 16384, extent: .max, next: next(.max - 16096)))
    #expect(!has(size: .max, extent: .max, next: next(1)))
  }

  @Test func blocksNeeded() {
    #expect(BlockChain.payloadOffset == 288 && BlockChain.payload(blockSize: 65536) == 65248)
    let counts: [(bytes: Int, blocks: Int)] = [(0, 0), (1, 1), (16096, 1), (16097, 2), (32192, 2), (32193, 3)]
    for (bytes, blocks) in counts {
      #expect(BlockChain.blockCount(byteCount: bytes, blockSize: 16384) == blocks, "\(bytes)")
    }
  }

  /// A chain cut to blocks from its contents, last block first, has the shape throughout; and no two neighbours may be left out.
  @Test func chainsOfEveryLength() {
    for length in [1, 8, 16096, 16097, 16104, 32192, 40_000, 70_000] {
      let parts = stride(from: 0, to: length, by: 16096).map { (from: $0, size: min(16096, length - $0)) }
      for (index, part) in parts.enumerated() {
        let isLast = index == parts.count - 1
        let next =
          isLast ? .none : BlockReference(checksum: 1, address: 9, extent: UInt64(length - parts[index + 1].from))
        #expect(has(size: UInt32(288 + part.size), extent: UInt64(length - part.from), next: next), "\(length)")
        if !isLast { #expect(!has(size: UInt32(288 + part.size), extent: UInt64(length - part.from)), "\(length)") }
      }
    }
  }
}
